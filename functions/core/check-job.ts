import type { LedgerEvent } from "./decision.ts";
import { aftermathOf, GitHubError } from "./github-error.ts";
import type { JobChecked } from "./held-job.ts";
import { findCompute, type FindPorts } from "./find-compute.ts";
import { jobKey } from "./job.ts";
import type { JobItem, Launch } from "./ledger.ts";
import { runnerName } from "./runner-name.ts";
import type { JobState, RunnerRegistry } from "./runner-registry.ts";

/** What is odd about the runner that a queued job waits for; nothing where all is as it should be. */
type Oddity = Pick<JobChecked, "heldBy" | "takenRunner" | "missingRunner">;

type CheckPorts = FindPorts & { readonly registry: RunnerRegistry };

/** Asks GitHub where a job stands; that it does not tell is an outcome too, and a matter of waiting. */
export async function checkJob(item: JobItem, ports: CheckPorts): Promise<LedgerEvent> {
  const key = jobKey(item.job);
  try {
    const state = await ports.registry.readJob(item.job);
    const oddity = state.status === "queued" ? await findOddity(item, state, ports) : {};
    const checked = { kind: "job-checked", jobKey: key, state, ...oddity } as const;
    return isOfBusyRunner(oddity) ? await readAgain(checked, item, ports) : checked;
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return { kind: "check-failed", jobKey: key, ...aftermathOf(error) };
  }
}

function isOfBusyRunner({ heldBy, takenRunner }: Oddity): boolean {
  return heldBy !== undefined || takenRunner !== undefined;
}

// What the runner is busy with may be this job, which GitHub gave to it a moment after it was read.
async function readAgain(
  checked: LedgerEvent,
  { job }: JobItem,
  { registry }: CheckPorts,
): Promise<LedgerEvent> {
  const state = await registry.readJob(job);
  if (state.status === "queued") return checked;
  return { kind: "job-checked", jobKey: jobKey(job), state };
}

// One that GitHub calls busy although nothing of it is left may be what the job is bound to; one that
// is up may be bound to it as well, or have another job that nobody told of.
async function findOddity(item: JobItem, state: JobState, ports: CheckPorts): Promise<Oddity> {
  for (const launch of item.launches) {
    const name = runnerName(ports.runnerPrefix, jobKey(item.job), launch.number);
    if (name !== state.runnerName && !isSuspect(item, launch)) continue;
    const isBusy = (await ports.registry.find(item.job, name))?.busy === true;
    if (!isBusy && !isAwaitedBuild(launch)) continue;
    const isUp = (await findCompute(item, launch, ports)) !== undefined;
    if (isBusy) return isUp ? { takenRunner: name } : { heldBy: name };
    if (!isUp) return { missingRunner: name };
  }
  return {};
}

// Nobody is surprised by hours in CodeBuild's queue: only that it is in there tells that it will come.
function isAwaitedBuild({ outcome, provider }: Launch): boolean {
  return outcome === "started" && provider === "CODEBUILD";
}

// A first runner that is lost is nothing unusual, and not worth the calls.
function isSuspect({ losses, status }: JobItem, { outcome }: Launch): boolean {
  if (outcome === "started") return status !== "running";
  return (outcome === "ended" && losses > 1) || (outcome === "open" && status === "parked");
}
