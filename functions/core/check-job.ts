import type { SeenRunner } from "./checked-job.ts";
import type { LedgerEvent } from "./decision.ts";
import { messageOf, toError } from "./errors.ts";
import { findCompute, type FindPorts } from "./find-compute.ts";
import { aftermathOf, GitHubError } from "./github-error.ts";
import { newestLaunch } from "./job-item.ts";
import { type JobKey, jobKey } from "./job.ts";
import { type JobItem, type Launch, type RunnerItem, runnerItemId } from "./ledger.ts";
import { readRunnerName, runnerName } from "./runner-name.ts";
import type { Compute } from "./runner-provider.ts";
import type { JobState, RegisteredRunner, RunnerRegistry } from "./runner-registry.ts";
import { bootTime, idledAfter, latestRung, overdueAfter, provisioningTime } from "./waits.ts";

type CheckPorts = FindPorts & {
  readonly registry: RunnerRegistry;
  /** Seconds after which a runner without a job ends. */
  readonly idleSeconds: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/**
 * Asks GitHub where a job stands; that it does not tell is an outcome too, and a matter of waiting.
 * @param left the runner of another job that is left for this one, to be looked at like its own
 */
export async function checkJob(
  item: JobItem,
  ports: CheckPorts,
  left?: RunnerItem,
): Promise<LedgerEvent> {
  const key = jobKey(item.job);
  const event = { kind: "job-checked", jobKey: key } as const;
  const until = ports.now() + latestRung;
  try {
    const state = await ports.registry.readJob(item.job);
    if (state.status !== "queued") return { ...event, state };
    const suspects = await findSuspects({ item, state, left }, ports);
    if (suspects.length > 0 && ports.now() >= until) {
      return { kind: "check-failed", jobKey: key, message: tooSlow };
    }
    const seen = await lookAt(suspects, item, ports);
    const looked = {
      ...(left === undefined ? {} : { lookedAt: left.name }),
      ...(seen === undefined ? {} : { seen }),
    };
    if (seen === undefined || seen.state === "idle") {
      const mayAwaitSiblings = await mayBeHeldBySiblings(item, ports);
      return { ...event, state, ...looked, ...(mayAwaitSiblings ? { mayAwaitSiblings } : {}) };
    }
    // What the runner is busy with, or had, may be this job, which was given to it after it was read.
    const again = await ports.registry.readJob(item.job);
    if (again.status !== "queued") return { ...event, state: again };
    return { ...event, state, ...looked };
  } catch (error) {
    return reportFailure(error, key);
  }
}

// Also what no one expected is written down, or the job would be looked at again and again without a pause.
function reportFailure(error: unknown, key: JobKey): LedgerEvent {
  const failed = { kind: "check-failed", jobKey: key, message: messageOf(error) } as const;
  if (error instanceof GitHubError) return { ...failed, ...aftermathOf(error) };
  return { ...failed, isUnfinished: true, error: toError(error) };
}

const tooSlow = "GitHub answers too slowly to look for the runners of the job";

// GitHub gives no leg of a matrix to anybody whose turn has not come (`max-parallel`), and may call it
// queued all the same.
async function mayBeHeldBySiblings(item: JobItem, ports: CheckPorts): Promise<boolean> {
  const { at, endedAt } = newestLaunch(item) ?? { at: 0 };
  const leastIdle = Math.min(idledAfter, ports.idleSeconds * 1_000);
  const hasIdled = endedAt !== undefined && endedAt - at >= leastIdle;
  if (item.status !== "parked" || !hasIdled) return false;
  return ports.registry.hasRunningSibling(item.job);
}

/** A runner to be looked at. */
type Suspect = {
  readonly name: string;
  /** Nobody is surprised by hours in CodeBuild's queue: only that it is in there tells that it will come. */
  readonly isAwaitedBuild: boolean;
  readonly find: () => Promise<Compute | undefined>;
};

type Question = {
  readonly item: JobItem;
  readonly state: JobState;
  readonly left: RunnerItem | undefined;
};

async function findSuspects(
  { item, state, left }: Question,
  ports: CheckPorts,
): Promise<readonly Suspect[]> {
  const own = item.launches
    .map((launch) => ({
      launch,
      name: runnerName(ports.runnerPrefix, jobKey(item.job), launch.number),
    }))
    .filter(({ launch, name }) => name === state.runnerName || isSuspect(launch, item, left))
    .map(({ launch, name }) => ({
      name,
      isAwaitedBuild: launch.outcome === "started" && launch.provider === "CODEBUILD",
      find: async () => findCompute(item, launch, ports),
    }));
  const named = await readOther(item, state.runnerName, ports);
  const others = [named, left].flatMap((runner) => runner ?? []);
  return [...own, ...others.map((runner) => toSuspect(runner, runner === left, ports))];
}

// GitHub names the runner that a job is bound to, which may have been made for another one.
async function readOther(
  { job }: JobItem,
  name: string | undefined,
  { ledger, runnerPrefix }: CheckPorts,
): Promise<RunnerItem | undefined> {
  const parts = name === undefined ? undefined : readRunnerName(runnerPrefix, name);
  if (name === undefined || parts === undefined || parts.jobKey === jobKey(job)) return undefined;
  const { item } = await ledger.read(runnerItemId(name));
  return item?.kind === "runner" ? item : undefined;
}

function toSuspect(runner: RunnerItem, isAwaited: boolean, { providers }: CheckPorts): Suspect {
  const { name, provider } = runner;
  return {
    name,
    isAwaitedBuild: isAwaited && provider === "CODEBUILD",
    find: async () => (provider === undefined ? undefined : providers[provider].find(runner)),
  };
}

// All at once: one after another they would take longer than the function has. An idle one matters least.
async function lookAt(
  suspects: readonly Suspect[],
  { job }: JobItem,
  { registry, now, idleSeconds }: CheckPorts,
): Promise<SeenRunner | undefined> {
  const looks = suspects.map(async (suspect) => {
    const state = await see(suspect, await registry.find(job, suspect.name), {
      now: now(),
      idleSeconds,
    });
    return state === undefined ? [] : [{ name: suspect.name, state }];
  });
  const seen = (await Promise.all(looks)).flat();
  return seen.find(({ state }) => state !== "idle") ?? seen[0];
}

type Around = { readonly now: number; readonly idleSeconds: number };

// One that GitHub calls busy although nothing of it is left may be what the job is bound to; one that
// is up may be bound to it as well, or have another job that nobody told of. A build whose registration
// is gone gets no job when its turn comes, nor does one that takes too long to connect, or to end.
async function see(
  { isAwaitedBuild, find }: Suspect,
  registered: RegisteredRunner | undefined,
  around: Around,
): Promise<SeenRunner["state"] | undefined> {
  const isOnline = registered?.online === true;
  if (registered?.busy === true) {
    if ((await find()) === undefined) return "dead";
    return isOnline ? "taken" : "silent";
  }
  if (!isAwaitedBuild) return isOnline ? "idle" : undefined;
  const build = registered === undefined ? undefined : await find();
  if (build === undefined || isLate(build, isOnline, around)) return "missing";
  return isOnline ? "idle" : undefined;
}

// Once its turn has come a build has minutes for each stage, and nothing to look forward to at its end.
function isLate({ stage }: Compute, isOnline: boolean, { now, idleSeconds }: Around): boolean {
  if (stage === undefined) return false;
  const patience = {
    preparing: provisioningTime,
    running: isOnline ? idleSeconds * 1_000 + overdueAfter : bootTime,
    ending: Number.NEGATIVE_INFINITY,
  };
  return now - stage.since >= patience[stage.name];
}

// Where another one is left for the job, its own has been taken. A first runner that is lost is nothing
// unusual, and not worth the calls.
function isSuspect(
  { outcome }: Launch,
  { losses, status }: JobItem,
  left: RunnerItem | undefined,
): boolean {
  if (outcome === "started") return status !== "running" && left === undefined;
  return (outcome === "ended" && losses > 1) || (outcome === "open" && status === "parked");
}
