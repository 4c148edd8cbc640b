import type { DispatchPorts } from "../../functions/core/dispatch.ts";
import type { Envelope } from "../../functions/core/envelope.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import type { JobQueue, SendOptions } from "../../functions/core/job-queue.ts";
import { type Job, jobKey } from "../../functions/core/job.ts";
import type { JobNotices } from "../../functions/core/job-notices.ts";
import type {
  ItemId,
  JobItem,
  Ledger,
  LedgerItem,
  RunItem,
  RunnerItem,
} from "../../functions/core/ledger.ts";
import { jobItemOf, runItemOf, runnerItemOf } from "../../functions/core/decision.ts";
import type { EndedJob, RunReruns } from "../../functions/core/run-reruns.ts";
import type { Log, LogFields } from "../../functions/core/log.ts";
import type { ProviderName } from "../../functions/core/provider.ts";
import type {
  LaunchOutcome,
  LaunchRequest,
  ComputeStage,
  RunnerProvider,
} from "../../functions/core/runner-provider.ts";
import type { JobState, RunnerRegistry } from "../../functions/core/runner-registry.ts";
import { createPace } from "../../functions/core/pace.ts";
import { createShortages } from "../../functions/core/shortages.ts";
import { createMemoryLedger, type MemoryLedger } from "../../simulator/memory-ledger.ts";
import { runnerSpec, start } from "./builders.ts";

/** What the next calls of one kind do instead of what is asked; the rest works. */
type Faults = Map<string, (() => void)[]>;

export type FakeRunner = {
  readonly registrationId: number;
  readonly name: string;
  /** The job that it was registered for, whose labels it has. */
  readonly madeFor?: Job;
  busy: boolean;
  /** @default false */
  online?: boolean;
};
/** A run at GitHub; asking for it to be run again begins its next attempt. */
export type FakeRun = {
  attempt: number;
  isCompleted: boolean;
  readonly jobs: readonly EndedJob[];
};
export type FakeCompute = {
  readonly id: string;
  readonly provider: ProviderName;
  readonly name: string;
  alive: boolean;
  /** It is not found before that. @default at once */
  readonly listedAt?: number;
  readonly stage?: ComputeStage;
};

/** The outside world of the core, in memory: every call is recorded and can be made to fail. */
export type FakeWorld = {
  readonly ports: DispatchPorts;
  readonly clock: { now: number };
  /** Outside calls in order, as `method argument`; the ledger's are counted apart. */
  readonly calls: string[];
  /** By `register`, `launch`, `send`, …: thrown by the next calls, one each, before their effect. */
  readonly faults: Faults;
  /** What the next launches of a provider come to; those that start nothing have no effect. */
  readonly outcomes: Map<ProviderName, LaunchOutcome[]>;
  readonly requests: LaunchRequest[];
  readonly runners: Map<string, FakeRunner>;
  readonly computes: FakeCompute[];
  /** How long what is launched is not found yet, in milliseconds. */
  readonly listing: { lag: number };
  /** Where jobs stand at GitHub, by id. @default queued */
  readonly states: Map<number, JobState>;
  /** By id; GitHub knows no others. */
  readonly runs: Map<number, FakeRun>;
  readonly sent: { readonly envelope: Envelope; readonly options: SendOptions }[];
  readonly lines: {
    readonly level: string;
    readonly message: string;
    readonly fields: LogFields;
  }[];
  readonly ledger: MemoryLedger;
  /** Ids of the items written, lost writes left out. */
  readonly written: ItemId[];
};

export function createFakeWorld(): FakeWorld {
  const clock = { now: start };
  const ledger = createMemoryLedger(() => clock.now);
  const state = {
    clock,
    ledger,
    calls: [],
    faults: new Map(),
    outcomes: new Map(),
    requests: [],
    runners: new Map(),
    computes: [],
    listing: { lag: 0 },
    states: new Map(),
    runs: new Map(),
    sent: [],
    lines: [],
    written: [],
  } satisfies Omit<FakeWorld, "ports">;
  return { ...state, ports: createPorts(state) };
}

/** Puts items into the ledger as they are. */
export async function store(
  { ledger }: Pick<FakeWorld, "ledger">,
  ...items: readonly LedgerItem[]
): Promise<void> {
  for (const item of items) await ledger.write(item, (await ledger.read(item.id)).version);
}

/** The item of a job in the ledger. */
export function readJobItem({ ledger }: Pick<FakeWorld, "ledger">, id: JobItem["id"]) {
  return jobItemOf(new Map(ledger.list().map((item) => [item.id, item])), id);
}

/** The item of a runner in the ledger. */
export function readRunnerItem({ ledger }: Pick<FakeWorld, "ledger">, id: RunnerItem["id"]) {
  return runnerItemOf(new Map(ledger.list().map((item) => [item.id, item])), id);
}

/** The item of a run in the ledger. */
export function readRunItem({ ledger }: Pick<FakeWorld, "ledger">, id: RunItem["id"]) {
  return runItemOf(new Map(ledger.list().map((item) => [item.id, item])), id);
}

type State = Omit<FakeWorld, "ports">;

function createPorts(state: State): DispatchPorts {
  let drawn = 0;
  return {
    now: () => state.clock.now,
    // Always another number, so that no two invocations have one name, and always small.
    random: () => (drawn += 1) / 2 ** 32,
    runnerPrefix: "tornade",
    runnerScope: "organization",
    idleSeconds: 300,
    forks: "refuse",
    policy: { owners: ["acme", "initech", "umbrella"], publicRepositories: "refuse" },
    repositoryRoles: new Map(),
    capacityDeadline: 3_600_000,
    refusalSpec: runnerSpec(),
    refusalsPerHour: 20,
    ledger: createCountingLedger(state),
    queue: createFakeQueue(state),
    log: createFakeLog(state),
    registry: createFakeRegistry(state),
    images: { whyNotReady: async () => undefined },
    shortages: createShortages(() => state.clock.now),
    pace: createPace(() => state.clock.now),
    notices: createFakeNotices(state),
    reruns: createFakeReruns(state),
    providers: {
      FARGATE: createFakeProvider(state, "FARGATE"),
      FARGATE_SPOT: createFakeProvider(state, "FARGATE_SPOT"),
      CODEBUILD: createFakeProvider(state, "CODEBUILD"),
    },
  };
}

function createCountingLedger({ ledger, written }: State): Ledger {
  return {
    ...ledger,
    write: async (item, version) => {
      const isWritten = await ledger.write(item, version);
      if (isWritten) written.push(item.id);
      return isWritten;
    },
  };
}

function record({ calls, faults }: State, method: string, argument: string): void {
  calls.push(`${method} ${argument}`);
  faults.get(method)?.shift()?.();
}

function createFakeNotices(state: State): JobNotices {
  return {
    post: async (job) => {
      record(state, "tell", jobKey(job));
      return "posted";
    },
  };
}

function createFakeQueue(state: State): JobQueue {
  return {
    send: async (envelope, options = {}) => {
      record(state, "send", envelope.kind === "wake" ? envelope.itemId : envelope.deliveryId);
      state.sent.push({ envelope, options });
    },
  };
}

function createFakeLog({ lines }: State): Log {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      lines.push({ level, message, fields });
    };
  return { info: write("info"), warn: write("warn"), error: write("error") };
}

function createFakeRegistry(state: State): RunnerRegistry {
  const { runners, states } = state;
  let registrations = 0;
  return {
    register: async (job, name) => {
      record(state, "register", name);
      if (runners.has(name)) throw new GitHubError("GitHubConflict", `${name} is taken`);
      registrations += 1;
      runners.set(name, { registrationId: registrations, name, madeFor: job, busy: false });
      return { registrationId: registrations, encodedJitConfig: `jit of ${name}` };
    },
    find: async (_origin, name) => {
      record(state, "find", name);
      const runner = runners.get(name);
      if (runner === undefined) return undefined;
      const { registrationId, busy, online = false } = runner;
      return { registrationId, busy, online };
    },
    remove: async (_origin, registrationId) => {
      record(state, "remove", String(registrationId));
      const runner = [...runners.values()].find((known) => known.registrationId === registrationId);
      if (runner === undefined) return "gone";
      if (runner.busy) return "busy";
      runners.delete(runner.name);
      return "removed";
    },
    readJob: async ({ id }) => {
      record(state, "readJob", String(id));
      return states.get(id) ?? { status: "queued" };
    },
    // All jobs are of one run here.
    hasRunningSibling: async ({ id }) => {
      record(state, "hasRunningSibling", String(id));
      return [...states].some(([other, { status }]) => other !== id && status === "in_progress");
    },
  };
}

function createFakeReruns(state: State): RunReruns {
  const { runs } = state;
  return {
    listJobs: async ({ runId, attempt }) => {
      record(state, "listJobs", `${runId} ${attempt}`);
      return runs.get(runId)?.jobs ?? [];
    },
    readState: async ({ runId }) => {
      record(state, "readState", String(runId));
      const run = runs.get(runId);
      return run && { attempt: run.attempt, isCompleted: run.isCompleted };
    },
    rerunFailed: async ({ runId }) => {
      record(state, "rerunFailed", String(runId));
      const run = runs.get(runId);
      if (run?.isCompleted !== true) throw new GitHubError("GitHubRefused", "already running");
      run.attempt += 1;
      run.isCompleted = false;
    },
  };
}

function createFakeProvider(state: State, provider: ProviderName): RunnerProvider {
  const { computes, outcomes, requests } = state;
  return {
    launch: async (request) => {
      record(state, "launch", `${provider} ${request.runnerName}`);
      requests.push(request);
      const outcome = outcomes.get(provider)?.shift() ?? {
        kind: "started",
        computeId: `${provider}:${request.runnerName}`,
      };
      if (outcome.kind !== "started") return outcome;
      const { computeId: id } = outcome;
      const listedAt = state.clock.now + state.listing.lag;
      computes.push({ id, provider, name: request.runnerName, alive: true, listedAt });
      return outcome;
    },
    find: async ({ name }) => {
      record(state, "search", name);
      const found = computes.find(
        ({ listedAt = 0, ...one }) => one.name === name && one.alive && listedAt <= state.clock.now,
      );
      if (found === undefined) return undefined;
      const { id: computeId, stage } = found;
      return { computeId, ...(stage === undefined ? {} : { stage }) };
    },
    stop: async (computeId) => {
      record(state, "stop", computeId);
      for (const compute of computes) if (compute.id === computeId) compute.alive = false;
    },
  };
}
