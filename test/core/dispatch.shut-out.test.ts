import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { LedgerEvent } from "../../functions/core/decision.ts";
import { dispatch } from "../../functions/core/dispatch.ts";
import type { Policy } from "../../functions/core/policy.ts";
import { findStuckJobs } from "../../functions/core/stuck-jobs.ts";
import { staleAfter } from "../../functions/core/waits.ts";
import {
  circumstances,
  itemsOf,
  jobItem,
  launchingItem,
  launchOf,
  queuedJob,
  runnerSpec,
  start,
} from "./builders.ts";
import { createFakeWorld, type FakeWorld, readJobItem, store } from "./fakes.ts";

const job = "job#4711-1";
const wake: LedgerEvent = { kind: "wake", itemId: job };
const others: Policy = { owners: ["initech"], publicRepositories: "refuse" };
const waiting = jobItem({ reason: "no capacity", waits: 3, wakeAt: start });

async function wakeAfter({ clock, ports }: FakeWorld, wait: number, policy?: Policy) {
  clock.now += wait;
  await dispatch(wake, policy === undefined ? ports : { ...ports, policy });
}

describe("dispatch of a job that is shut out since it was queued", () => {
  it.each([
    ["its owner", queuedJob(), others, "owner is not allowed"],
    [
      "what is public",
      queuedJob({ repository: { ...queuedJob().repository, private: false } }),
      { ...others, owners: ["acme"] },
      "public repositories are not allowed",
    ],
  ])("launches nothing, and says why it waits: %s", (_what, ofJob, policy, reason) => {
    const decision = decide(itemsOf({ ...waiting, job: ofJob }), wake, circumstances({ policy }));
    const wakeAt = start + staleAfter;
    expect(decision).toMatchObject({
      writes: [{ status: "parked", reason, doubtful: true, wakeAt }],
      actions: [{ kind: "wake", at: wakeAt }],
      outcome: "shut out since it was queued",
    });
  });

  it("starts its runner once a deploy has put right what another got wrong", async () => {
    const world = createFakeWorld();
    await store(world, waiting);
    await wakeAfter(world, 0, others);
    await wakeAfter(world, staleAfter);
    expect(world.calls.filter((call) => !call.startsWith("send"))).toEqual([
      "readJob 4711",
      "register tornade-4711-1-1",
      "launch FARGATE tornade-4711-1-1",
    ]);
  });

  it("asks about it twice an hour, until it is over", async () => {
    const world = createFakeWorld();
    await store(world, waiting);
    await wakeAfter(world, 0, others);
    for (let halfHour = 0; halfHour < 6; halfHour += 1) await wakeAfter(world, staleAfter, others);
    world.states.set(4_711, { status: "completed", conclusion: "cancelled" });
    for (let halfHour = 0; halfHour < 6; halfHour += 1) await wakeAfter(world, staleAfter, others);
    expect(world.calls.filter((call) => !call.startsWith("send"))).toEqual(
      Array.from({ length: 7 }, () => "readJob 4711"),
    );
    expect(readJobItem(world, job)).toMatchObject({ status: "completed" });
  });

  it("does not count the time against it", async () => {
    const world = createFakeWorld();
    const times = { received: start, claimed: start, tried: start };
    await store(world, { ...waiting, times });
    await wakeAfter(world, 0, others);
    for (let halfHour = 0; halfHour < 6; halfHour += 1) await wakeAfter(world, staleAfter, others);
    world.outcomes.set("FARGATE", [{ kind: "no-capacity", message: "Capacity is unavailable" }]);
    await wakeAfter(world, staleAfter);
    expect(readJobItem(world, job)).toMatchObject({ status: "parked", launches: [{}] });
    expect(readJobItem(world, job)).not.toHaveProperty("refusal");
  });

  it("calls it stuck as little as it refuses it for an image that a deploy brings", async () => {
    const world = createFakeWorld();
    await store(world, { ...waiting, times: { received: start, claimed: start, tried: start } });
    await wakeAfter(world, 0, others);
    for (let halfHour = 0; halfHour < 6; halfHour += 1) await wakeAfter(world, staleAfter, others);
    const { now } = world.clock;
    const stuck = findStuckJobs(world.ledger.list(), { now, capacityDeadline: 3_600_000 });
    expect(stuck).toEqual([]);
    world.clock.now += staleAfter;
    const images = { whyNotReady: async () => Promise.resolve("the image is being built") };
    await dispatch(wake, { ...world.ports, images });
    expect(readJobItem(world, job)).toMatchObject({ status: "parked" });
  });

  it.each([
    ["is launching", launchingItem({ lease: { owner: "gone", until: start - 1 }, wakeAt: start })],
    ["waits", { ...waiting, launches: [launchOf(1)] }],
  ])("does not let it run on what may have been started for it: it %s", async (_what, item) => {
    const world = createFakeWorld();
    const name = "tornade-4711-1-1";
    // RunTask took effect, and its answer was lost.
    world.computes.push({ id: "t", provider: "FARGATE", name, alive: true });
    world.runners.set(name, { registrationId: 1, name, busy: false, online: true });
    await store(world, item);
    await wakeAfter(world, 60_000, others);
    expect(world.computes.filter(({ alive }) => alive)).toEqual([]);
    expect([...world.runners]).toEqual([]);
  });

  it("takes a refused job's turn from nobody", () => {
    const refused = jobItem({ refusal: "odd", wakeAt: start, spec: runnerSpec() });
    const { writes } = decide(itemsOf(refused), wake, circumstances({ policy: others }));
    expect(writes.filter(({ kind }) => kind === "cap")).toEqual([]);
  });
});
