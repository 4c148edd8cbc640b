import { describe, expect, it } from "vitest";

import type { LedgerEvent } from "../../functions/core/decision.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import type { RunnerDebt, RunnerItem } from "../../functions/core/ledger.ts";
import { carryOutRetirement } from "../../functions/core/retire.ts";
import { settleAfter } from "../../functions/core/waits.ts";
import { runnerItem } from "./builders.ts";
import { createFakeWorld, type FakeWorld } from "./fakes.ts";

const own = "tornade-4711-1-1";
const both = ["deregister", "stop"] as const;

function start(busy = false): FakeWorld {
  const world = createFakeWorld();
  world.runners.set(own, { registrationId: 1, name: own, busy });
  world.computes.push({ id: "task-1", provider: "FARGATE", name: own, alive: true });
  return world;
}

function owing(overrides: Partial<RunnerItem> = {}): RunnerItem {
  return runnerItem({ owed: both, ...overrides });
}

function without(...fields: readonly (keyof RunnerItem)[]): RunnerItem {
  const entries = Object.entries(owing()).filter(
    ([name]) => !fields.some((field) => field === name),
  );
  return { ...bare, ...Object.fromEntries(entries) };
}

const bare: RunnerItem = {
  kind: "runner",
  id: `runner#${own}`,
  name: own,
  madeFor: "4711-1",
  labels: [],
  owed: both,
  expiresAt: 0,
};

function failOnce(world: FakeWorld, method: string, error: Error): void {
  const fail = () => {
    throw error;
  };
  world.faults.set(method, [fail]);
}

function retired(...done: readonly RunnerDebt[]): readonly LedgerEvent[] {
  return [{ kind: "runner-retired", name: own, done }];
}

describe("carryOutRetirement", () => {
  it("removes the registration, then stops the compute", async () => {
    const world = start();
    expect(await carryOutRetirement(owing(), world.ports)).toEqual(retired(...both));
    expect(world.calls).toEqual(["remove 1", "stop task-1"]);
    expect(world.computes).toMatchObject([{ alive: false }]);
  });

  it("leaves a runner alone that has a job by now", async () => {
    const world = start(true);
    expect(await carryOutRetirement(owing(), world.ports)).toEqual([
      { kind: "runner-busy", runnerName: own },
    ]);
    expect(world.calls).toEqual(["remove 1", `search ${own}`]);
    expect(world.computes).toMatchObject([{ alive: true }]);
  });

  it("tells of a runner that GitHub calls busy although nothing of it is left", async () => {
    const world = start(true);
    world.computes.length = 0;
    const busy = [{ kind: "registration-busy", name: own, done: both }];
    expect(await carryOutRetirement(owing(), world.ports)).toEqual(busy);
    expect(await carryOutRetirement(without("provider"), world.ports)).toEqual(busy);
  });

  it("stops a runner whose registration is gone", async () => {
    const world = start();
    world.runners.clear();
    expect(await carryOutRetirement(owing(), world.ports)).toEqual(retired(...both));
    expect(world.calls).toEqual(["remove 1", "stop task-1"]);
  });

  it("finds by name what was never written down", async () => {
    const world = start();
    expect(await carryOutRetirement(without("registrationId", "computeId"), world.ports)).toEqual(
      retired(...both),
    );
    expect(world.calls).toEqual([`find ${own}`, "remove 1", `search ${own}`, "stop task-1"]);
  });

  it("goes on owing the stop of what was just launched and is not found yet", async () => {
    const world = start();
    world.computes.length = 0;
    const runner = { ...without("computeId"), launchedAt: world.clock.now };
    const stopping = { ...runner, owed: ["stop"] as const };
    expect(await carryOutRetirement(runner, world.ports)).toEqual(retired("deregister"));
    expect(await carryOutRetirement(stopping, world.ports)).toEqual([]);
    world.clock.now += settleAfter;
    expect(await carryOutRetirement(stopping, world.ports)).toEqual(retired("stop"));
  });

  it("has nothing to do where nothing came of the launch", async () => {
    const world = createFakeWorld();
    world.clock.now += settleAfter;
    expect(await carryOutRetirement(without("registrationId", "computeId"), world.ports)).toEqual(
      retired(...both),
    );
    expect(world.calls).toEqual([`find ${own}`, `search ${own}`]);
  });

  it("asks as the repository itself where no installation is known", async () => {
    const world = start();
    expect(await carryOutRetirement(without("installationId"), world.ports)).toEqual(
      retired(...both),
    );
  });

  it("has nothing to do for a runner of which only the name is known", async () => {
    const world = start();
    expect(await carryOutRetirement(bare, world.ports)).toEqual(retired(...both));
    expect(world.calls).toEqual([]);
  });

  it.each([
    ["remove", "GitHubUnavailable", []] as const,
    ["remove", "GitHubRefused", []] as const,
    ["remove", "InstallationGone", []] as const,
    ["stop", "GitHubUnavailable", retired("deregister")] as const,
  ])("leaves owed what failed in %s with %s, and tells of it", async (method, code, before) => {
    const world = start();
    const error = new GitHubError(code, "502");
    failOnce(world, method, error);
    expect(await carryOutRetirement(owing(), world.ports)).toEqual([
      ...before,
      { kind: "runner-not-retired", name: own },
    ]);
    expect(world.computes).toMatchObject([{ alive: true }]);
    expect(world.lines).toEqual([
      {
        level: "warn",
        message: "runner not retired",
        fields: { runnerName: own, owed: both, error },
      },
    ]);
  });

  it("tells when GitHub may be asked again", async () => {
    const world = start();
    failOnce(world, "remove", new GitHubError("GitHubRateLimited", "429", 5));
    expect(await carryOutRetirement(owing(), world.ports)).toEqual([
      { kind: "runner-not-retired", name: own, retryAt: 5 },
    ]);
  });

  it("does no more than is owed", async () => {
    const world = start();
    expect(await carryOutRetirement(owing({ owed: ["stop"] }), world.ports)).toEqual(
      retired("stop"),
    );
    expect(world.calls).toEqual(["stop task-1"]);
  });
});
