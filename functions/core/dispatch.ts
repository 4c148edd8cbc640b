import { checkJob } from "./check-job.ts";
import { commit, type Seen } from "./commit.ts";
import type { Action, Circumstances, LedgerEvent, RefusalRules } from "./decision.ts";
import type { JobNotices } from "./job-notices.ts";
import type { JobQueue } from "./job-queue.ts";
import { jobKey } from "./job.ts";
import { launchRunner, type LaunchPorts } from "./launch.ts";
import { jobItemId, type Ledger, runnerItemId } from "./ledger.ts";
import { logDecision } from "./log-decision.ts";
import { listFailedJobs, rerunRun } from "./rerun-run.ts";
import { carryOutRetirement } from "./retire.ts";
import type { RunReruns } from "./run-reruns.ts";
import { runnerName } from "./runner-name.ts";
import { tellJob } from "./tell-job.ts";
import { toWakeMessage } from "./wake-message.ts";
import { latestRung } from "./waits.ts";

/** Everything outside that an event may set in motion. */
export type DispatchPorts = LaunchPorts &
  RefusalRules & {
    readonly ledger: Ledger;
    readonly queue: JobQueue;
    readonly notices: JobNotices;
    readonly reruns: RunReruns;
    /** Milliseconds since the epoch. */
    readonly now: () => number;
    /** A number in [0, 1). */
    readonly random: () => number;
    readonly runnerScope: Circumstances["runnerScope"];
    /** How long a job may wait for capacity, in milliseconds. */
    readonly capacityDeadline: number;
  };

/** How an event ended; with `comeBackAt` its message has to come again then, unacknowledged. */
export type Dispatched = { readonly comeBackAt?: number };

/**
 * Decides an event, carries out what was decided, and goes on with what comes of that, until nothing
 * is left to do. Write, then act, then clear: a crash in between leaves in the ledger what is owed.
 * @throws the first error that somebody has to know of, after it was written down
 */
export async function dispatch(event: LedgerEvent, ports: DispatchPorts): Promise<Dispatched> {
  const owner = createOwner(ports);
  const lateFrom = ports.now() + latestRung;
  const seen = assumeNew(event);
  const events = [event];
  let dispatched: Dispatched = {};
  for (const next of events) {
    const decision = await commit(next, {
      ledger: ports.ledger,
      seen,
      circumstances: observe(ports, { owner, lateFrom }),
    });
    logDecision(next, decision, ports);
    for (const action of decision.actions) {
      if (action.kind === "come-back") dispatched = { comeBackAt: action.at };
      else events.push(...(await carryOut(action, { ports, seen })));
    }
  }
  throwFirstError(events);
  return dispatched;
}

// A `queued` job is nearly always a new one: its first write finds out as surely as a read would.
function assumeNew(event: LedgerEvent): Seen {
  if (event.kind !== "job" || event.envelope.action !== "queued") return new Map();
  // Refusals are counted before the job's row is written, and shall not be counted in vain.
  if (event.assessment.kind === "refuse") return new Map();
  return new Map([[jobItemId(jobKey(event.envelope.job)), { version: 0 }]]);
}

async function carryOut(
  action: Exclude<Action, { kind: "come-back" }>,
  { ports, seen }: { ports: DispatchPorts; seen: Seen },
): Promise<readonly LedgerEvent[]> {
  switch (action.kind) {
    case "launch": {
      const key = jobKey(action.item.job);
      const ended = await launchRunner(action.item, ports);
      if ("status" in ended) return [{ kind: "job-checked", jobKey: key, state: ended }];
      seen.set(runnerItemId(runnerName(ports.runnerPrefix, key, ended.number)), { version: 0 });
      return [{ kind: "launch-ended", jobKey: key, report: ended }];
    }
    case "check":
      return [await checkJob(action.item, ports, action.left)];
    case "rebind":
      // Whoever binds last must see what the others bound: nothing read before counts.
      seen.clear();
      return [{ kind: "rebind", runnerName: action.runnerName }];
    case "retire":
      return carryOutRetirement(action.item, ports);
    case "tell":
      return [await tellJob(action.item, ports)];
    case "list-failed":
      return [await listFailedJobs(action.item, ports)];
    case "rerun":
      return [await rerunRun(action.item, ports)];
    case "wake": {
      const { envelope, ...options } = toWakeMessage(action.item);
      const delaySeconds = toDelay(action.at - ports.now());
      await ports.queue.send(envelope, { ...options, delaySeconds });
      return [];
    }
  }
}

// SQS delays for 15 minutes at most; what has to wait longer is woken by reconcile.
function toDelay(milliseconds: number): number {
  return Math.min(900, Math.max(0, Math.ceil(milliseconds / 1_000)));
}

function createOwner({ random }: DispatchPorts): string {
  return Math.floor(random() * 2 ** 52).toString(36);
}

function observe(
  ports: DispatchPorts,
  { owner, lateFrom }: { readonly owner: string; readonly lateFrom: number },
): Circumstances {
  const { runnerPrefix, runnerScope, repositoryRoles, policy, capacityDeadline } = ports;
  const { idleSeconds, refusalSpec, refusalsPerHour } = ports;
  const now = ports.now();
  return {
    now,
    owner,
    conflicts: 0,
    isLate: now >= lateFrom,
    jitter: ports.random(),
    runnerPrefix,
    runnerScope,
    repositoryRoles,
    policy,
    capacityDeadline,
    idleSeconds,
    refusalSpec,
    refusalsPerHour,
  };
}

function throwFirstError(events: readonly LedgerEvent[]): void {
  for (const event of events) {
    const source = event.kind === "launch-ended" ? event.report : event;
    if ("error" in source && source.error !== undefined) throw source.error;
  }
}
