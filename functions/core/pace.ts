import type { ProviderName } from "./provider.ts";

/** Whose limit was met: an owner's at GitHub, or that of a compute service. */
export type Limited = `owner ${string}` | "Fargate" | "CodeBuild";

/** Hands out turns for the next try where a limit was met, in one instance of a function. */
export type Pace = {
  /** When the next try is to be made, not before `from`; in milliseconds since the epoch. */
  readonly queueUp: (limited: Limited, told: { from: number; message: string }) => number;
  /** What was told to the last one that has a turn, as long as that has not come. */
  readonly whyWait: (limited: Limited) => string | undefined;
  /** A try was let through. */
  readonly noteSuccess: (limited: Limited) => void;
};

/**
 * Milliseconds from one turn to the next. Ten instances, the default of `maximumConcurrency`, so make
 * twenty tries a second, which is what RunTask takes: a second launch in that time would be throttled, and
 * its registration wasted, of which GitHub grants three a second.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html
 */
const gap = 500;

/** After how many tries in a row that were let through nobody new has to wait any more. */
const enough = 10;

/**
 * Nobody waits yet. Those whom a limit holds up try again one after another, so that a thousand of them
 * are served as fast as the limit has it, however often each has tried; waits that grow with each try
 * would leave it unused. A new job goes to the end of the queue.
 */
export function createPace(now: () => number): Pace {
  const queues = new Map<Limited, Queue>();
  return {
    queueUp: (limited, { from, message }) => {
      const before = queues.get(limited);
      const last = before === undefined ? from : Math.max(from, before.last + gap);
      queues.set(limited, { last, message, made: 0 });
      return last;
    },
    whyWait: (limited) => {
      const queue = queues.get(limited);
      return queue === undefined || queue.last <= now() ? undefined : queue.message;
    },
    noteSuccess: (limited) => {
      const queue = queues.get(limited);
      if (queue === undefined) return;
      if (queue.made + 1 >= enough) queues.delete(limited);
      else queues.set(limited, { ...queue, made: queue.made + 1 });
    },
  };
}

/** Who waits, in one instance. */
type Queue = {
  /** The last turn that was handed out. */
  readonly last: number;
  readonly message: string;
  /** How many tries in a row were let through since. */
  readonly made: number;
};

/** The service whose rate a launch counts against. */
export function serviceOf(provider: ProviderName): Limited {
  return provider === "CODEBUILD" ? "CodeBuild" : "Fargate";
}
