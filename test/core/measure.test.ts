import { describe, expect, it } from "vitest";

import { toCost } from "../../functions/core/cost.ts";
import type { LedgerEvent } from "../../functions/core/decision.ts";
import { dispatch } from "../../functions/core/dispatch.ts";
import type { JobItem } from "../../functions/core/ledger.ts";
import type { LogFields } from "../../functions/core/log.ts";
import { measure } from "../../functions/core/measure.ts";
import type { Figures, Measured } from "../../functions/core/metrics.ts";
import {
  jobEvent,
  jobItem,
  launchedItem,
  runnerItem,
  runnerSpec,
  start,
  toIgnore,
  launchEnded,
} from "./builders.ts";
import { createFakeWorld, type FakeWorld } from "./fakes.ts";

const own = "tornade-4711-1-1";
const takes = jobEvent({ action: "in_progress", happenedAt: start + 30_000, runnerName: own });
const succeeded = jobEvent({ action: "completed", runnerName: own, conclusion: "success" });
const wake: LedgerEvent = { kind: "wake", itemId: "job#4711-1" };

function endOf(runnerName: string, interrupted = false, reason = "done"): LedgerEvent {
  const end = { runnerName, computeId: "task-1", at: start + 90_000, reason, interrupted };
  return { kind: "runner-ended", end };
}

function costOf(seconds: number): number | undefined {
  return toCost({ provider: "FARGATE", spec: runnerSpec(), seconds });
}

/** The figures that are written while the events are dispatched, line by line; empty ones left out. */
async function watch(
  world: FakeWorld,
  events: readonly LedgerEvent[],
): Promise<readonly Figures[]> {
  const told: Measured[] = [];
  const write = (_message: string, _fields?: LogFields, measured?: Measured) => {
    if (measured !== undefined) told.push(measured);
  };
  const log = { info: write, warn: write, error: write };
  for (const event of events) await dispatch(event, { ...world.ports, log });
  expect(told.every(({ stack, at }) => stack === "tornade" && at === world.clock.now)).toBe(true);
  return told.map(({ figures }) => figures).filter((one) => Object.keys(one).length > 0);
}

describe("measure, over the life of a job", () => {
  it("tells every step once, although each event comes twice", async () => {
    const life = [jobEvent(), takes, succeeded, endOf(own)];
    const figures = await watch(
      createFakeWorld(),
      life.flatMap((event) => [event, event]),
    );
    expect(figures).toEqual([
      { Launches: 1, QueueToLaunch: 1_000 },
      { QueueToStart: 31_000 },
      { RunnerCost: costOf(90) },
    ]);
  });

  it("tells what a runner cost that no job needed any more", async () => {
    const world = createFakeWorld();
    await watch(world, [jobEvent()]);
    world.clock.now += 120_000;
    const figures = await watch(world, [jobEvent({ action: "completed" }), endOf(own)]);
    expect(figures).toEqual([{ RunnerCost: costOf(120) }]);
  });

  it("tells that a runner was interrupted and has to be replaced", async () => {
    const world = createFakeWorld();
    const figures = await watch(world, [jobEvent(), endOf(own, true)]);
    expect(figures[1]).toMatchObject({ Interruptions: 1, Replacements: 1 });
  });

  it("tells that a runner found no room and has to be replaced", async () => {
    const reason = "TaskFailedToStart: Unexpected EC2 error: Create Network Interface";
    const figures = await watch(createFakeWorld(), [jobEvent(), endOf(own, false, reason)]);
    expect(figures[1]).toMatchObject({ Replacements: 1 });
  });

  it("tells a refusal once, and does not count the job's wait", async () => {
    const refuse = { kind: "refuse", reason: "odd label", spec: runnerSpec() } as const;
    const figures = await watch(createFakeWorld(), [jobEvent({}, refuse), takes]);
    expect(figures).toEqual([{ Refusals: 1 }, { Launches: 1 }]);
  });

  it("counts no refusal of a job that was over before it was known", async () => {
    const refuse = { kind: "refuse", reason: "odd label", spec: runnerSpec() } as const;
    const skipped = jobEvent({ action: "completed", conclusion: "skipped" }, refuse);
    expect(await watch(createFakeWorld(), [skipped, jobEvent({}, refuse)])).toEqual([]);
  });

  it("tells each launch that AWS denied", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "denied", message: "no" }]);
    expect(await watch(world, [jobEvent()])).toEqual([{ DeniedLaunches: 1 }]);
    const late = { kind: "denied", number: 7, message: "no" } as const;
    expect(await watch(world, [launchEnded(late)])).toEqual([]);
  });

  it("tells that a repository is shut out, which leaves nothing behind", async () => {
    const world = createFakeWorld();
    expect(await watch(world, [jobEvent({}, toIgnore)])).toEqual([{ ShutOut: 1 }]);
    expect(await watch(world, [jobEvent({ action: "completed" }, toIgnore)])).toEqual([]);
  });

  it("does not take a job that wants no runner of ours for one that is shut out", async () => {
    const isStatic = { kind: "ignore", reason: "static" } as const;
    expect(await watch(createFakeWorld(), [jobEvent({}, isStatic)])).toEqual([]);
  });
});

describe("measure", () => {
  it("counts a job that is given up once, whether or not a check run tells of it", () => {
    const failed = jobItem({ status: "failed", owed: ["tell"] });
    const count = (before: JobItem, after: JobItem) =>
      measure(takes, { changes: [{ before, after }] });
    expect(count(jobItem(), failed)).toEqual({ GivenUpJobs: 1 });
    expect(count(failed, { ...failed, owed: [] })).toEqual({});
  });

  const measureJob = (before: Parameters<typeof launchedItem>[0]) =>
    measure(takes, { changes: [{ before: jobItem(), after: launchedItem(before) }] });

  it("counts from the second `queued` of a job that waited for an approval", () => {
    const times = { queued: start - 3_600_000, claimed: start - 3_500_000, received: start };
    expect(measureJob({ times: { ...times, started: start + 20_000 } })).toEqual({
      QueueToStart: 20_000,
    });
  });

  it("does not know how long a job waited that nobody saw queued", () => {
    expect(measureJob({ times: { started: start } })).toEqual({});
  });

  it("never tells a time below zero", () => {
    expect(
      measureJob({ times: { queued: start, launched: start - 1, started: start - 1 } }),
    ).toEqual({ QueueToLaunch: 0, QueueToStart: 0 });
  });

  const ended = { at: start + 60_000, reason: "done" };
  const known = runnerItem({ ended });
  const { provider: _provider, ...unplaced } = known;
  const { launchedAt: _launchedAt, ...undated } = known;
  const { size: _size, ...unsized } = known;
  const { computeId: _computeId, ...unstarted } = known;
  const huge = { ...runnerSpec(), cpu: 36, memory: 72 };

  it.each([
    ["of a size that is unknown", unsized],
    ["of a launch that is unknown", undated],
    ["that ran nobody knows where", unplaced],
    ["that was never started", unstarted],
    ["of a size without a price", runnerItem({ ended, provider: "CODEBUILD", size: huge })],
  ] as const)("does not guess the cost of a runner %s", (_what, after) => {
    expect(measure(endOf(own), { changes: [{ before: runnerItem(), after }] })).toEqual({});
    expect(measure(endOf(own), { changes: [{ before: runnerItem(), after: known }] })).toEqual({
      RunnerCost: costOf(60),
    });
  });

  it("measures nothing about items of other kinds", () => {
    const cursor = { kind: "cursor", id: "cursor#sweep", at: start, expiresAt: start } as const;
    expect(measure(wake, { changes: [{ after: cursor }] })).toEqual({});
  });

  it("counts a launch that was asked for once and found again later as one", () => {
    const before = runnerItem();
    const after = runnerItem({ registrationId: 2 });
    expect(measure(wake, { changes: [{ before, after }] })).toEqual({});
  });
});
