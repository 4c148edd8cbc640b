/** A size asked for by a job or given by a provider: vCPU, GiB of memory, GiB of disk. */
export type RunnerSize = {
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
};

/** The parts of a size in the order in which messages tell them. */
export const sizeParts = ["cpu", "memory", "disk"] as const;

/** Tells whether `given` has at least as much of everything as `asked`. */
export function isEnough(given: RunnerSize, asked: RunnerSize): boolean {
  return sizeParts.every((part) => given[part] >= asked[part]);
}
