import type { LedgerEvent } from "./decision.ts";
import { GitHubError } from "./github-error.ts";
import type { RunItem } from "./ledger.ts";
import type { EndedJob, RunReruns } from "./run-reruns.ts";

type Ports = { readonly reruns: RunReruns };

/** Asks GitHub which jobs made the run fail, and on which runners they ran. */
export async function listFailedJobs(run: RunItem, { reruns }: Ports): Promise<LedgerEvent> {
  return rescue(run, async () => {
    const jobs = await reruns.listJobs(run);
    if (jobs.some(({ conclusion }) => conclusion === undefined)) return postpone(run);
    const failed = jobs.filter((job) => isFailed(job, run));
    return {
      kind: "run-listed",
      run,
      runnerNames: failed.map(({ runnerName = "" }) => runnerName),
    };
  });
}

/**
 * Has GitHub run the failed jobs again, unless there is a newer attempt already: who asked for that one
 * may be an invocation that died before it could tell.
 */
export async function rerunRun(run: RunItem, { reruns }: Ports): Promise<LedgerEvent> {
  return rescue(run, async () => {
    const state = await reruns.readState(run);
    if (state === undefined || state.attempt > run.attempt) return { kind: "run-rerun", run };
    // GitHub refuses as long as the run is not over, and may tell of its end a little too early.
    if (!state.isCompleted) return postpone(run);
    await reruns.rerunFailed(run);
    return { kind: "run-rerun", run };
  });
}

function postpone(run: RunItem): LedgerEvent {
  return { kind: "run-not-asked", run, message: "the run has not completed yet" };
}

async function rescue(run: RunItem, ask: () => Promise<LedgerEvent>): Promise<LedgerEvent> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const { message, retryAt } = error;
    return {
      kind: "run-not-asked",
      run,
      message,
      ...(retryAt === undefined ? {} : { retryAt }),
    };
  }
}

const goodConclusions = new Set(["success", "skipped", "neutral"]);

// Where another job failed, one that was cancelled was so because of that. In a run that counts as
// cancelled somebody may have wanted it so: then only a lost runner explains it.
function isFailed({ conclusion = "" }: EndedJob, run: RunItem): boolean {
  if (conclusion === "cancelled") return run.conclusion === "cancelled";
  return !goodConclusions.has(conclusion);
}
