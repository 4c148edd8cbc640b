import { namedJobs } from "./named-jobs.ts";

/** Which jobs are being worked on together: what befalls an instance befalls its whole batch. */
export type Batches = {
  /** Notes the jobs of a batch until the function returned is called. */
  readonly open: (jobIds: readonly number[]) => () => void;
  /** The jobs that texts name and those in a batch with them; where they name none, all being worked on. */
  readonly concernedBy: (...texts: readonly string[]) => readonly number[];
};

/** Nothing is being worked on yet. */
export function createBatches(): Batches {
  const batches = new Set<readonly number[]>();
  return {
    open: (jobIds) => {
      const batch = [...jobIds];
      batches.add(batch);
      return () => {
        batches.delete(batch);
      };
    },
    concernedBy: (...texts) => {
      const concerned = new Set(texts.flatMap(namedJobs));
      const named = [...concerned];
      for (const batch of batches) {
        if (named.length > 0 && !batch.some((id) => named.includes(id))) continue;
        for (const id of batch) concerned.add(id);
      }
      return [...concerned];
    },
  };
}

/** Does something that concerns these jobs. */
export async function inBatch<Result>(
  batches: Batches,
  jobIds: readonly number[],
  action: () => Promise<Result>,
): Promise<Result> {
  const close = batches.open(jobIds);
  try {
    return await action();
  } finally {
    close();
  }
}
