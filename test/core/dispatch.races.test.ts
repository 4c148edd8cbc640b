import { describe, expect, it } from "vitest";

import type { LedgerEvent } from "../../functions/core/decision.ts";
import { dispatch, type DispatchPorts } from "../../functions/core/dispatch.ts";
import { runnerItemId } from "../../functions/core/ledger.ts";
import type { RunnerProvider } from "../../functions/core/runner-provider.ts";
import { leaseDuration, overdueAfter, settleAfter } from "../../functions/core/waits.ts";
import { jobEvent, jobId, launchedItem, launchOf, runnerItem, start } from "./builders.ts";
import { createFakeWorld, type FakeWorld, readJobItem, readRunnerItem, store } from "./fakes.ts";

const job = "job#4711-1";
const own = "tornade-4711-1-1";
const second = "tornade-4711-1-2";
const wake: LedgerEvent = { kind: "wake", itemId: job };
const cancelled = jobEvent({ action: "completed", conclusion: "cancelled" });

function living({ computes }: FakeWorld): readonly string[] {
  return computes.filter(({ alive }) => alive).map(({ name }) => name);
}

/** The ports with something happening just before or after the compute is asked for. */
function aroundLaunch(
  { ports }: FakeWorld,
  around: (
    launch: () => ReturnType<RunnerProvider["launch"]>,
  ) => ReturnType<RunnerProvider["launch"]>,
): DispatchPorts {
  const { FARGATE: provider } = ports.providers;
  const launch: RunnerProvider["launch"] = async (request) =>
    around(async () => provider.launch(request));
  return { ...ports, providers: { ...ports.providers, FARGATE: { ...provider, launch } } };
}

const never = new Promise<never>(() => {});

describe("dispatch in a race", () => {
  it("starts one runner for two deliveries of one job; the other message comes again", async () => {
    const world = createFakeWorld();
    const dispatched = await Promise.all([
      dispatch(jobEvent(), world.ports),
      dispatch(jobEvent({ deliveryId: "d-2" }), world.ports),
    ]);
    expect(dispatched).toContainEqual({});
    expect(dispatched).toContainEqual({ comeBackAt: start + leaseDuration });
    expect(living(world)).toEqual([own]);
  });

  it("starts one runner for two reminders of one job in doubt", async () => {
    const world = createFakeWorld();
    const launches = [launchOf(1, { outcome: "ended" })];
    await store(world, launchedItem({ status: "parked", doubtful: true, wakeAt: start, launches }));
    await Promise.all([dispatch(wake, world.ports), dispatch(wake, world.ports)]);
    expect(living(world)).toEqual([second]);
    expect(world.requests).toHaveLength(1);
  });

  it("starts nothing for a job that its runner takes while GitHub is asked", async () => {
    const world = createFakeWorld();
    await store(world, launchedItem({ wakeAt: start }), runnerItem());
    const { registry } = world.ports;
    await dispatch(wake, {
      ...world.ports,
      registry: {
        ...registry,
        readJob: async (asked) => {
          const state = await registry.readJob(asked);
          await dispatch(jobEvent({ action: "in_progress", runnerName: own }), world.ports);
          return state;
        },
      },
    });
    expect(readJobItem(world, job)).toMatchObject({ status: "running" });
    expect(world.requests).toEqual([]);
  });

  it("takes its own runner back when the job is over during the launch", async () => {
    const world = createFakeWorld();
    const ports = aroundLaunch(world, async (launch) => {
      const outcome = await launch();
      await dispatch(cancelled, world.ports);
      return outcome;
    });
    await dispatch(jobEvent(), ports);
    expect(world.calls.slice(2)).toEqual(["remove 1", `stop FARGATE:${own}`]);
    expect(living(world)).toEqual([]);
    expect(world.runners.size).toBe(0);
    expect(await world.ledger.due(start + leaseDuration, 10)).toEqual([]);
  });

  it("removes the runner of a launch that is abandoned after the job was over", async () => {
    const world = createFakeWorld();
    const ports = aroundLaunch(world, async (launch) => {
      await launch();
      return never;
    });
    void dispatch(jobEvent(), ports);
    await flush();
    await dispatch(cancelled, world.ports);
    expect(living(world)).toEqual([own]);
    world.clock.now += leaseDuration;
    for (const { id } of await world.ledger.due(world.clock.now, 10)) {
      await dispatch({ kind: "wake", itemId: id }, world.ports);
    }
    expect(living(world)).toEqual([]);
    expect(world.runners.size).toBe(0);
  });

  it("adopts the runner of a launch that was abandoned after its effect", async () => {
    const world = createFakeWorld();
    const ports = aroundLaunch(world, async (launch) => {
      await launch();
      return never;
    });
    void dispatch(jobEvent(), ports);
    await flush();
    expect(await dispatch(jobEvent(), world.ports)).toEqual({ comeBackAt: start + leaseDuration });
    world.clock.now += leaseDuration;
    await dispatch(jobEvent(), world.ports);
    expect(living(world)).toEqual([own]);
    expect(readJobItem(world, job)).toMatchObject({ status: "launched" });
  });

  it("launches anew what was abandoned before its effect", async () => {
    const world = createFakeWorld();
    void dispatch(
      jobEvent(),
      aroundLaunch(world, async () => never),
    );
    await flush();
    world.clock.now += settleAfter;
    await dispatch(wake, world.ports);
    expect(living(world)).toEqual([second]);
    expect([...world.runners.keys()]).toEqual([second]);
  });

  it("starts nothing beside what was abandoned a moment ago and may not be listed yet", async () => {
    const world = createFakeWorld();
    void dispatch(
      jobEvent(),
      aroundLaunch(world, async (launch) => launch().then(async () => never)),
    );
    await flush();
    const [compute] = world.computes.splice(0);
    world.clock.now += leaseDuration;
    await dispatch(wake, world.ports);
    expect(world.requests).toHaveLength(1);
    expect([...world.runners.keys()]).toEqual([own]);
    expect(readJobItem(world, job)?.wakeAt).toBeGreaterThan(start + settleAfter);
    if (compute !== undefined) world.computes.push(compute);
    world.clock.now += settleAfter;
    await dispatch(wake, world.ports);
    expect(readJobItem(world, job)).toMatchObject({ status: "launched" });
    expect(living(world)).toEqual([own]);
  });

  it("takes back what it started after its lease was lost to another", async () => {
    const world = createFakeWorld();
    const ports = aroundLaunch(world, async (launch) => {
      world.clock.now += settleAfter;
      await dispatch(wake, world.ports);
      return launch();
    });
    await dispatch(jobEvent(), ports);
    expect(living(world)).toEqual([second]);
    expect([...world.runners.keys()]).toEqual([second]);
    expect(readRunnerItem(world, runnerItemId(own))).toMatchObject({ owed: [] });
  });

  it("keeps what another adopted that took the lease over", async () => {
    const world = createFakeWorld();
    const ports = aroundLaunch(world, async (launch) => {
      const outcome = await launch();
      world.clock.now += leaseDuration;
      await dispatch(wake, world.ports);
      return outcome;
    });
    await dispatch(jobEvent(), ports);
    expect(living(world)).toEqual([own]);
    expect(readJobItem(world, job)).toMatchObject({ status: "launched" });
  });

  it("replaces a runner that dies before its launch was written down", async () => {
    const world = createFakeWorld();
    const stop = { runnerName: own, computeId: `FARGATE:${own}`, at: start, reason: "died" };
    const ports = aroundLaunch(world, async (launch) => {
      const outcome = await launch();
      for (const compute of world.computes) compute.alive = false;
      await dispatch({ kind: "runner-ended", end: { ...stop, interrupted: false } }, world.ports);
      return outcome;
    });
    await dispatch(jobEvent(), ports);
    expect(world.runners.size).toBe(0);
    expect(readJobItem(world, job)).toMatchObject({ status: "parked", doubtful: true });
    await dispatch(wake, world.ports);
    expect(living(world)).toEqual([second]);
  });

  it("keeps its runner for another job when a foreign runner took this one meanwhile", async () => {
    const world = createFakeWorld();
    const ports = aroundLaunch(world, async (launch) => {
      await dispatch(jobEvent({ action: "in_progress", runnerName: "tornade-5-1-1" }), world.ports);
      return launch();
    });
    await dispatch(jobEvent(), ports);
    expect(living(world)).toEqual([own]);
    expect(readJobItem(world, job)).toMatchObject({
      status: "running",
      launches: [{ outcome: "started" }],
    });
  });

  it("has no second runner once an approved job is queued again", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    world.states.set(jobId, { status: "waiting" });
    world.clock.now += overdueAfter;
    await dispatch(wake, world.ports);
    expect(living(world)).toEqual([]);
    await dispatch(jobEvent({ receivedAt: world.clock.now }), world.ports);
    expect(living(world)).toEqual([second]);
  });
});

async function flush(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
