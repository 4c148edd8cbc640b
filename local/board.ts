import type { JobItem, RunnerItem } from "../functions/core/ledger.ts";
import { jobKey } from "../functions/core/job.ts";
import type { ProviderName } from "../functions/core/provider.ts";
import type { GitHub } from "../simulator/github/github.ts";
import type { Job } from "../simulator/github/model.ts";
import type { ComputeDescription } from "./compute.ts";
import type { LedgerItems } from "./read-ledger.ts";
import { type ShownState, toShownState } from "./shown-state.ts";

/** One job as people follow it: what GitHub, the ledger and the compute service say of it. */
export type JobRow = {
  readonly name: string;
  readonly id: number;
  readonly state: ShownState;
  readonly labels: readonly string[];
  readonly provider?: ProviderName;
  readonly runnerName?: string;
  /** What the runner registered with at GitHub. */
  readonly runnerLabels?: readonly string[];
  /** What the service that runs it says of the machine. */
  readonly compute?: ComputeDescription;
  /** Milliseconds from queued to running, and from running to completed. */
  readonly waited?: number;
  readonly ran?: number;
  /** Why it waits, failed, or was refused; for a refusal what its own log at GitHub shows. */
  readonly reason?: string;
};

/** All jobs, in the order in which they were queued. */
export type Board = readonly JobRow[];

/** Whom a board is read from. */
export type BoardSources = {
  readonly gitHub: Pick<GitHub, "jobs" | "runners">;
  readonly readLedger: () => Promise<LedgerItems>;
  readonly readCompute: (runner: RunnerItem) => Promise<ComputeDescription | undefined>;
};

/** Reads the board; the labels of a runner are kept when GitHub has forgotten them. */
export function createBoardReader(sources: BoardSources): () => Promise<Board> {
  const { gitHub, readLedger, readCompute } = sources;
  const runnerLabels = new Map<string, readonly string[]>();
  return async () => {
    for (const { name, labels } of gitHub.runners()) runnerLabels.set(name, labels);
    const items = await readLedger();
    return Promise.all(
      gitHub.jobs().map(async (job): Promise<JobRow> => {
        const item = items.jobs.find(
          ({ id }) => id === `job#${jobKey({ id: job.id, attempt: job.runAttempt })}`,
        );
        const runner = findRunner(item, items.runners);
        const compute = runner?.computeId === undefined ? undefined : await readCompute(runner);
        return toRow(job, { item, runner, compute, labels: runnerLabels.get(runner?.name ?? "") });
      }),
    );
  };
}

function findRunner(
  item: JobItem | undefined,
  runners: readonly RunnerItem[],
): RunnerItem | undefined {
  if (item === undefined) return undefined;
  return (
    runners.find(({ name }) => name === item.runnerName) ??
    runners.findLast(({ madeFor }) => madeFor === jobKey(item.job))
  );
}

type Known = {
  readonly item: JobItem | undefined;
  readonly runner: RunnerItem | undefined;
  readonly compute: ComputeDescription | undefined;
  readonly labels: readonly string[] | undefined;
};

function toRow(job: Job, { item, runner, compute, labels }: Known): JobRow {
  const reason = job.annotations[0]?.replace(/^tornade: /u, "") ?? item?.reason;
  const { queued, started, completed } = item?.times ?? {};
  return {
    name: job.name,
    id: job.id,
    state: toShownState(item),
    labels: job.labels,
    ...(runner?.provider === undefined ? {} : { provider: runner.provider }),
    ...(runner === undefined ? {} : { runnerName: runner.name }),
    ...(labels === undefined ? {} : { runnerLabels: labels }),
    ...(compute === undefined ? {} : { compute }),
    ...(queued === undefined || started === undefined ? {} : { waited: started - queued }),
    ...(started === undefined || completed === undefined ? {} : { ran: completed - started }),
    ...(reason === undefined ? {} : { reason }),
  };
}
