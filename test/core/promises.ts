import * as fc from "fast-check";
import { expect } from "vitest";

import { dispatch } from "../../functions/core/dispatch.ts";
import { jobKey } from "../../functions/core/job.ts";
import { isClosed, jobItemId, runnerItemId } from "../../functions/core/ledger.ts";
import { type FakeRunner, readJobItem, readRunnerItem } from "./fakes.ts";
import {
  advance,
  assign,
  canTake,
  createModel,
  deliverAll,
  endCompute,
  finish,
  idleRunners,
  inStatus,
  living,
  mayKeep,
  type Model,
  type ModelJob,
  namePrefixOf,
  reconcile,
  runAll,
  type SingleStep,
  type Step,
  take,
} from "./model.ts";

const beginning: readonly Step[] = [
  { kind: "queue", index: 0, gates: 0 },
  { kind: "queue", index: 1, gates: 0 },
  { kind: "deliver", index: 0, gates: 0 },
];
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  oftenOne(3, "queue"),
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("interleave" as const), seed: fc.nat() }),
  },
  often(5, { kind: "reconcile" }),
  often(5, { kind: "remind" }),
  oftenOne(8, "deliver"),
  oftenOne(5, "deliver-twice"),
  oftenOne(8, "go-on"),
  oftenOne(4, "run"),
  oftenOne(4, "fail"),
  oftenOne(4, "crash"),
  oftenOne(1, "lose"),
  oftenOne(5, "assign"),
  oftenOne(1, "finish"),
  oftenOne(2, "cancel"),
  oftenOne(2, "die"),
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("advance" as const),
      milliseconds: fc.constantFrom(1_000, 5_000, 20_000, 60_000, 300_000, 300_000, 3_600_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("foresee" as const),
      outcome: fc.record({
        kind: fc.constantFrom(
          "no-capacity" as const,
          "throttled" as const,
          "denied" as const,
          "unknown" as const,
        ),
        message: fc.constant("as told"),
      }),
    }),
  },
);

const anySteps = fc.array(anyStep, { maxLength: 80, size: "max" });

/**
 * Lets anything happen to the core in any order, as often as told, and checks its promises at every
 * moment and in the end.
 * @param parameters how many sequences are drawn, by which seed, and those that are tried first
 */
export async function checkPromises(parameters: fc.Parameters<[Step[]]>): Promise<void> {
  await fc.assert(fc.asyncProperty(anySteps, keepPromises), parameters);
}

async function keepPromises(steps: Step[]): Promise<void> {
  const model = createModel();
  const launches = new Map<string, number>();
  for (const step of [...beginning, ...steps]) {
    await take(model, step);
    checkMoment(model, launches);
  }
  await waitQuietly(model);
  checkQuiet(model);
  await calmDown(model);
  checkMoment(model, launches);
  checkEnd(model);
  checkLaunches(model);
  await checkRepetition(model);
}

function often(weight: number, step: Step): fc.WeightedArbitrary<Step> {
  return { weight, arbitrary: fc.constant(step) };
}

function oftenOne(weight: number, kind: SingleStep["kind"]): fc.WeightedArbitrary<Step> {
  const index = fc.nat({ max: 7 });
  const gates = fc.nat({ max: 14 });
  return { weight, arbitrary: fc.record({ kind: fc.constant(kind), index, gates }) };
}

/** What holds at any time; `launches` remembers of every job that is over how many it had. */
function checkMoment(model: Model, launches: Map<string, number>): void {
  const { requests, calls, runners } = model.world;
  const up = new Set(living(model).map(({ name }) => name));
  expect([...runners.values()].filter(({ name, busy }) => busy && !up.has(name))).toEqual([]);
  expect(twice(requests.map(({ runnerName }) => runnerName))).toEqual([]);
  expect(twice(calls.filter((call) => call.startsWith("register ")))).toEqual([]);
  for (const job of model.jobs) {
    expect(usable(model, namePrefixOf(job)).slice(1)).toEqual([]);
    const item = readJobItem(model.world, jobItemId(jobKey(job.job)));
    if (item === undefined) continue;
    const known = launches.get(item.id);
    expect(item.launches.length).toBe(known ?? item.launches.length);
    if (isClosed(item)) launches.set(item.id, item.launches.length);
    expect(isClosed(item) || item.wakeAt !== undefined).toBe(true);
  }
}

function twice(values: readonly string[]): readonly string[] {
  return values.filter((value, at) => values.indexOf(value) !== at);
}

/** Computes made for a job that neither have another one nor are about to be stopped. */
function usable(model: Model, prefix: string): readonly string[] {
  const names = living(model).map(({ name }) => name);
  const own = names.filter((name) => name.startsWith(prefix));
  return own.filter((name) => {
    const served = model.jobs.find(({ runnerName }) => runnerName === name);
    if (served !== undefined && namePrefixOf(served) !== prefix) return false;
    return readRunnerItem(model.world, runnerItemId(name))?.owed.includes("stop") !== true;
  });
}

/** Nothing happens any more but what tornade does itself: GitHub gives no jobs away. */
async function waitQuietly(model: Model): Promise<void> {
  model.world.outcomes.clear();
  // What a lost event would have told is found out when the job is overdue, one after another; that a
  // job which nobody told of has the runner, ten minutes after its launch.
  for (let minute = 0; minute < 2 + 11 * model.lost.count; minute += 1) {
    await stepOn(model);
    advance(model, 60_000);
  }
  await stepOn(model);
}

async function stepOn(model: Model): Promise<void> {
  await runAll(model);
  await deliverAll(model);
  await reconcile(model);
  await deliverAll(model);
  await deliverAll(model);
}

/**
 * Every job that waits has a runner of its own to wait for, and there is none beside these; a parked one
 * has just lost its runner and gets another within seconds.
 */
function checkQuiet(model: Model): void {
  const waiting = inStatus(model, "queued").filter(({ job, isForeign }) => {
    const status = readJobItem(model.world, jobItemId(jobKey(job)))?.status;
    return !isForeign && status !== "failed" && status !== "parked";
  });
  const idle = idleRunners(model);
  expect(idle.length).toBeLessThanOrEqual(waiting.length);
  expect(canServeAll(waiting, idle)).toBe(true);
}

function canServeAll(jobs: readonly ModelJob[], runners: readonly FakeRunner[]): boolean {
  const [first, ...others] = jobs;
  if (first === undefined) return true;
  return runners.some(
    (runner) =>
      canTake(runner, first) &&
      mayKeep(runner, first) &&
      canServeAll(
        others,
        runners.filter((other) => other !== runner),
      ),
  );
}

/** From here on nothing fails: whatever is on its way arrives, jobs are given away and end. */
async function calmDown(model: Model): Promise<void> {
  model.world.outcomes.clear();
  for (let minute = 0; minute < 600; minute += 1) {
    await runAll(model);
    await deliverAll(model);
    await reconcile(model);
    await deliverAll(model);
    if (isCalm(model)) return;
    for (const job of inStatus(model, "in_progress")) finish(model, job);
    while (assignOne(model));
    if (minute % 10 === 9) endIdle(model);
    advance(model, 60_000);
  }
}

// Runners that get no job end themselves after a while; those that were started for a job which was
// cancelled should be gone by then.
function endIdle(model: Model): void {
  const idle = living(model).filter(({ name }) => model.world.runners.get(name)?.busy !== true);
  const cancelled = inStatus(model, "completed").filter(
    ({ runnerName }) => runnerName === undefined,
  );
  for (const compute of idle) {
    expect(cancelled.filter((job) => compute.name.startsWith(namePrefixOf(job)))).toEqual([]);
    model.mishaps.count += 1;
    endCompute(model, compute);
  }
}

function assignOne(model: Model): boolean {
  const before = inStatus(model, "queued").length;
  assign(model, 0);
  return inStatus(model, "queued").length < before;
}

function isCalm(model: Model): boolean {
  return (
    model.events.length === 0 &&
    living(model).length === 0 &&
    model.world.ledger.list().every(({ wakeAt }) => wakeAt === undefined)
  );
}

function checkEnd(model: Model): void {
  expect(model.events).toEqual([]);
  expect(living(model)).toEqual([]);
  expect(model.world.runners.size).toBeLessThanOrEqual(given(model, "registration not removed"));
  expect(model.world.ledger.list().filter(({ wakeAt }) => wakeAt !== undefined)).toEqual([]);
  for (const { job, status } of model.jobs.filter(({ isForeign }) => !isForeign)) {
    const item = readJobItem(model.world, jobItemId(jobKey(job)));
    expect(item && isClosed(item)).toBe(true);
    expect(status === "completed" || item?.status === "failed").toBe(true);
  }
}

/** One launch a job, and one more for each runner that something happened to. */
function checkLaunches({ world, jobs, mishaps }: Model): void {
  const items = jobs.map(({ job }) => readJobItem(world, jobItemId(jobKey(job))));
  const losses = items.reduce((sum, item) => sum + (item?.losses ?? 0), 0);
  const ours = jobs.filter(({ isForeign }) => !isForeign).length;
  expect(world.requests.length).toBeLessThanOrEqual(ours + losses + mishaps.count);
}

function given({ world }: Model, message: string): number {
  return world.lines.filter((line) => line.message === message).length;
}

async function checkRepetition(model: Model): Promise<void> {
  const before = model.world.requests.length;
  for (const event of model.history) await dispatch(event, model.world.ports);
  expect(model.world.requests.length).toBe(before);
  expect(living(model)).toEqual([]);
}
