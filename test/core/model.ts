import type { LedgerEvent } from "../../functions/core/decision.ts";
import type { JobEnvelope } from "../../functions/core/envelope.ts";
import { type Job, jobKey } from "../../functions/core/job.ts";
import type { LaunchOutcome } from "../../functions/core/runner-provider.ts";
import { jobEvent, queuedJob, toIgnore, toLaunch } from "./builders.ts";
import { createFakeWorld, type FakeCompute, type FakeRunner, type FakeWorld } from "./fakes.ts";
import { type Invocation, invoke, runToEnd, settle } from "./invocations.ts";

/** Functions are killed after 15 s; a lease lasts 5 s longer. */
const functionTimeout = 15_000;

/** A job at GitHub, and the runner it was given to. */
export type ModelJob = {
  readonly job: Job;
  /** None of ours: nothing is launched for it, but it may take a runner of ours. */
  readonly isForeign: boolean;
  status: "queued" | "in_progress" | "completed";
  runnerName?: string;
};

/** GitHub, AWS and the queue around the core, all of them moved step by step. */
export type Model = {
  readonly world: FakeWorld;
  readonly jobs: ModelJob[];
  /** Messages and state changes that are on their way. */
  readonly events: LedgerEvent[];
  /** Every event there ever was. */
  readonly history: LedgerEvent[];
  readonly invocations: Invocation[];
  /** What happened that may cost one more launch. */
  readonly mishaps: { count: number };
  /** Events that were handed to a function once: what failed there comes again, it is not lost. */
  readonly delivered: Set<LedgerEvent>;
  /** How many events were lost for good, so that only time tells what they would have told. */
  readonly lost: { count: number };
};

/** One thing that may happen; `index` says to which of the things it may happen to. */
export type Step =
  | { readonly kind: "reconcile" | "remind" }
  /** All that is under way goes on to its end, taking turns as the seed has it. */
  | { readonly kind: "interleave"; readonly seed: number }
  | SingleStep
  | { readonly kind: "advance"; readonly milliseconds: number }
  | { readonly kind: "foresee"; readonly outcome: LaunchOutcome };

/** A step that concerns one of several things. */
export type SingleStep = {
  readonly kind:
    | "queue"
    | "deliver"
    | "deliver-twice"
    | "lose"
    | "go-on"
    | "run"
    | "fail"
    | "crash"
    | "assign"
    | "finish"
    | "cancel"
    | "die";
  readonly index: number;
  /** How many gates an invocation passes before it stands still, fails or crashes. */
  readonly gates: number;
};

/** GitHub knows nothing of these: it gives runners with a role to jobs that may not have it. */
const repositoryRoles = new Map([["acme/lib", "arn:aws:iam::123456789012:role/lib"]]);

/** A launch is made up to 15 seconds after its claim, and settled 30 seconds after that. */
const longestLag = 15_000;

export function createModel(): Model {
  const world = createFakeWorld();
  world.listing.lag = longestLag;
  return {
    world: { ...world, ports: { ...world.ports, repositoryRoles } },
    jobs: [],
    events: [],
    history: [],
    invocations: [],
    mishaps: { count: 0 },
    delivered: new Set(),
    lost: { count: 0 },
  };
}

/** Lets one thing happen, where it can. */
export async function take(model: Model, step: Step): Promise<void> {
  switch (step.kind) {
    case "interleave":
      await interleave(model, step.seed);
      break;
    case "reconcile":
      await reconcile(model);
      break;
    case "remind":
      remind(model);
      break;
    case "advance":
      advance(model, step.milliseconds);
      break;
    case "foresee":
      model.mishaps.count += 1;
      model.world.outcomes.set("FARGATE", [step.outcome]);
      break;
    default:
      await takeOne(model, step);
  }
  await settle();
  collect(model);
}

async function takeOne(model: Model, { kind, index, gates }: SingleStep): Promise<void> {
  if (kind === "fail" || kind === "die") model.mishaps.count += 1;
  switch (kind) {
    case "queue":
      return queueJob(model, index);
    case "deliver":
      return deliver(model, pick(model.events, index), false);
    case "deliver-twice":
      return deliver(model, pick(model.events, index), true);
    case "lose":
      return lose(model, pick(losable(model), index));
    case "go-on":
      return goOn(pick(running(model), index), gates);
    case "fail": {
      const invocation = pick(running(model), index);
      await goOn(invocation, gates);
      return invocation?.gates.shift()?.fail();
    }
    case "run": {
      const invocation = pick(running(model), index);
      return invocation && runToEnd(invocation);
    }
    case "crash": {
      const invocation = pick(running(model), index);
      await goOn(invocation, gates);
      return kill(model, invocation);
    }
    case "assign":
      return assign(model, index);
    case "finish":
      return finish(model, pick(inStatus(model, "in_progress"), index));
    case "cancel":
      return complete(model, pick(inStatus(model, "queued"), index), "cancelled");
    case "die":
      return endCompute(model, pick(living(model), index));
  }
}

async function goOn(invocation: Invocation | undefined, gates: number): Promise<void> {
  for (let passed = 0; passed < gates; passed += 1) {
    invocation?.gates.shift()?.open();
    await settle();
  }
}

/** Computes that are alive. */
export function living({ world }: Model): readonly FakeCompute[] {
  return world.computes.filter(({ alive }) => alive);
}

async function interleave(model: Model, seed: number): Promise<void> {
  let drawn = seed;
  for (;;) {
    await settle();
    const ready = running(model).filter(({ gates }) => gates.length > 0);
    if (ready.length === 0) return;
    drawn = (drawn * 1_103_515_245 + 12_345) % 2 ** 31;
    pick(ready, drawn >>> 8)
      ?.gates.shift()
      ?.open();
  }
}

/** Lets all that is under way come to its end, one after another. */
export async function runAll(model: Model): Promise<void> {
  for (const invocation of running(model)) await runToEnd(invocation);
  collect(model);
}

/** Delivers all that is on its way, reminders included, one after another. */
export async function deliverAll(model: Model): Promise<void> {
  remind(model);
  for (const event of model.events.slice()) {
    deliver(model, event, false);
    await runAll(model);
  }
}

/** What happens every minute: due items are woken. */
export async function reconcile(model: Model): Promise<void> {
  const { ledger, clock } = model.world;
  for (const { id } of await ledger.due(clock.now, 100)) {
    model.events.push({ kind: "wake", itemId: id });
  }
}

/** Time goes by; functions that run for too long are killed. */
export function advance(model: Model, milliseconds: number): void {
  const { clock } = model.world;
  clock.now += milliseconds;
  for (const invocation of running(model)) {
    if (clock.now - invocation.startedAt >= functionTimeout) kill(model, invocation);
  }
}

/** GitHub gives a waiting job to any runner that is up and has its labels, whoever it was made for. */
export function assign(model: Model, index: number): void {
  const idle = idleRunners(model);
  const pairs = inStatus(model, "queued").flatMap((job) =>
    idle.filter((runner) => canTake(runner, job)).map((runner) => ({ job, runner })),
  );
  const pair = pick(pairs, index);
  if (pair === undefined) return;
  const { job, runner } = pair;
  if (!runner.name.startsWith(namePrefixOf(job))) model.mishaps.count += 1;
  runner.busy = true;
  runner.online = true;
  job.status = "in_progress";
  job.runnerName = runner.name;
  model.world.states.set(job.job.id, { status: "in_progress", runnerName: runner.name });
  announce(model, job, { action: "in_progress" });
}

/** Runners that are up and have no job. */
export function idleRunners(model: Model): readonly FakeRunner[] {
  const up = new Set(living(model).map(({ name }) => name));
  return [...model.world.runners.values()].filter(({ name, busy }) => !busy && up.has(name));
}

/** Whether GitHub may give the job to the runner: they share an organization here. */
export function canTake({ madeFor }: FakeRunner, { job }: ModelJob): boolean {
  return job.labels.every((label) => madeFor?.labels.includes(label));
}

/** Whether a job that was left with the runner may stay with it: it would have its own role there. */
export function mayKeep(runner: FakeRunner, { job }: ModelJob): boolean {
  return runner.madeFor?.repository.fullName === job.repository.fullName;
}

/** A job ends, and with it its runner. */
export function finish(model: Model, job: ModelJob | undefined): void {
  complete(model, job, "success");
  endCompute(
    model,
    living(model).find(({ name }) => name === job?.runnerName),
  );
}

/** A task or build ends; a job that it was running fails. */
export function endCompute(model: Model, compute: FakeCompute | undefined): void {
  if (compute === undefined) return;
  compute.alive = false;
  const { runners, clock } = model.world;
  const served = model.jobs.find(
    ({ runnerName, status }) => runnerName === compute.name && status === "in_progress",
  );
  complete(model, served, "failure");
  // GitHub forgets an ephemeral runner that ran a job; any other stays registered.
  if (runners.get(compute.name)?.busy === true) runners.delete(compute.name);
  const { id: computeId, name: runnerName } = compute;
  const end = { runnerName, computeId, at: clock.now, reason: "ended", interrupted: false };
  send(model, { kind: "runner-ended", end });
}

export function inStatus({ jobs }: Model, status: ModelJob["status"]): readonly ModelJob[] {
  return jobs.filter((job) => job.status === status);
}

/** Labels that are subsets of one another; those without `tornade` are none of our business. */
const kindsOfLabels = [
  ["tornade"],
  ["tornade", "big"],
  ["tornade", "big", "gpu"],
  ["big"],
] as const;

function queueJob(model: Model, index: number): void {
  if (model.jobs.length >= 5) return;
  const labels = kindsOfLabels[index % kindsOfLabels.length] ?? [];
  const isApp = index < kindsOfLabels.length;
  const named = isApp ? { id: 7, fullName: "acme/app" } : { id: 8, fullName: "acme/lib" };
  const id = model.jobs.length + 1;
  const { repository } = queuedJob();
  const job: ModelJob = {
    job: queuedJob({ id, labels, repository: { ...repository, ...named } }),
    isForeign: !labels.some((label) => label === "tornade"),
    status: "queued",
  };
  model.jobs.push(job);
  announce(model, job, { action: "queued" });
}

function complete(model: Model, job: ModelJob | undefined, conclusion: string): void {
  if (job === undefined) return;
  job.status = "completed";
  const { runnerName } = job;
  const told = { conclusion, ...(runnerName === undefined ? {} : { runnerName }) };
  model.world.states.set(job.job.id, { status: "completed", ...told });
  announce(model, job, { action: "completed", ...told });
}

function announce(
  model: Model,
  { job, runnerName, isForeign }: ModelJob,
  told: Pick<JobEnvelope, "action"> & Partial<JobEnvelope>,
): void {
  const { now } = model.world.clock;
  const named = runnerName === undefined ? {} : { runnerName };
  const assessment = isForeign ? toIgnore : toLaunch();
  send(model, jobEvent({ job, receivedAt: now, happenedAt: now, ...named, ...told }, assessment));
}

function send({ events, history }: Model, event: LedgerEvent): void {
  events.push(event);
  history.push(event);
}

function deliver(model: Model, event: LedgerEvent | undefined, again: boolean): void {
  if (event === undefined) return;
  if (!again) model.events.splice(model.events.indexOf(event), 1);
  model.delivered.add(event);
  model.invocations.push(invoke(event, model.world.ports));
}

/** `queued` that does not arrive is requested again from GitHub; the others may stay away for ever. */
function losable({ events, delivered }: Model): readonly LedgerEvent[] {
  return events.filter((event) => {
    const isQueued = event.kind === "job" && event.envelope.action === "queued";
    const isNews = event.kind === "wake" || (event.kind === "job" && !isQueued);
    return isNews && !delivered.has(event);
  });
}

function lose({ events, lost }: Model, event: LedgerEvent | undefined): void {
  if (event === undefined) return;
  lost.count += 1;
  events.splice(events.indexOf(event), 1);
}

/** Reminders that the core sent to itself become messages. */
function remind({ world, events }: Model): void {
  for (const { envelope } of world.sent.splice(0)) {
    if (envelope.kind === "wake") events.push({ kind: "wake", itemId: envelope.itemId });
  }
}

function kill({ mishaps }: Model, invocation: Invocation | undefined): void {
  if (invocation === undefined) return;
  mishaps.count += 1;
  invocation.status = "killed";
  invocation.gates.length = 0;
}

/** What did not end well comes again. */
function collect({ invocations, events }: Model): void {
  for (let at = invocations.length - 1; at >= 0; at -= 1) {
    const invocation = invocations[at];
    if (invocation === undefined || invocation.status === "running") continue;
    if (invocation.status !== "acked") events.push(invocation.event);
    invocations.splice(at, 1);
  }
}

function running({ invocations }: Model): readonly Invocation[] {
  return invocations.filter(({ status }) => status === "running");
}

function pick<Element>(elements: readonly Element[], index: number): Element | undefined {
  return elements[index % Math.max(1, elements.length)];
}

/** The names of runners made for a job begin with this. */
export function namePrefixOf({ job }: ModelJob): string {
  return `tornade-${jobKey(job)}-`;
}
