import { describe, expect, it } from "vitest";

import { GitHubError } from "../../functions/core/github-error.ts";
import type { ImageReadiness } from "../../functions/core/image-readiness.ts";
import { launchRunner } from "../../functions/core/launch.ts";
import type { JobItem } from "../../functions/core/ledger.ts";
import type { LaunchFailure } from "../../functions/core/runner-provider.ts";
import { registeredAfter, settleAfter } from "../../functions/core/waits.ts";
import { jobItem, launchingItem, launchOf, start } from "./builders.ts";
import { createFakeWorld, type FakeWorld } from "./fakes.ts";

const own = "tornade-4711-1-1";
const again = launchingItem({ launches: [launchOf(1), launchOf(2, { at: start + settleAfter })] });

function fail({ faults }: FakeWorld, method: string, error: unknown): void {
  faults.set(method, [
    () => {
      // oxlint-disable-next-line typescript/only-throw-error -- whatever a library may throw
      throw error;
    },
  ]);
}

/** A registration without compute, as a launch leaves it that died in between. */
function register({ runners }: FakeWorld, busy = false): void {
  runners.set(own, { registrationId: 7, name: own, busy });
}

describe("launchRunner", () => {
  it("registers, then starts: two calls", async () => {
    const world = createFakeWorld();
    expect(await launchRunner(launchingItem(), world.ports)).toEqual({
      kind: "started",
      number: 1,
      computeId: `FARGATE:${own}`,
      registrationId: 1,
    });
    expect(world.calls).toEqual([`register ${own}`, `launch FARGATE ${own}`]);
  });

  it("hands over what the runner needs, its name first", async () => {
    const world = createFakeWorld();
    await launchRunner(launchingItem(), world.ports);
    const [request] = world.requests;
    expect(request).toMatchObject({
      runnerName: own,
      provider: "FARGATE",
      repository: "acme/app",
      encodedJitConfig: `jit of ${own}`,
      tags: { "tornade:runner": own },
    });
    expect(Object.entries(request?.environment ?? {})[0]).toEqual(["RUNNER_NAME", own]);
    expect(request?.environment).toMatchObject({ TORNADE_FORKS: world.ports.forks });
  });

  it("asks GitHub for nothing as long as there is no image", async () => {
    const world = createFakeWorld();
    const asked: unknown[] = [];
    const whyNotReady: ImageReadiness["whyNotReady"] = async (image) => {
      asked.push(image);
      return "not built yet";
    };
    const report = await launchRunner(launchingItem(), {
      ...world.ports,
      images: { whyNotReady },
    });
    expect(report).toEqual({ kind: "no-image", number: 1, message: "not built yet" });
    expect(world.calls).toEqual([]);
    expect(asked).toEqual([{ name: "default", architecture: "X86_64" }]);
  });

  it("takes an earlier runner that is alive even where there is no image any more", async () => {
    const world = createFakeWorld();
    register(world);
    world.computes.push({ id: "task-1", provider: "FARGATE", name: own, alive: true });
    const images = { whyNotReady: async () => "not built yet" };
    expect(await launchRunner(again, { ...world.ports, images })).toMatchObject({
      kind: "started",
      computeId: "task-1",
    });
  });

  it("cannot carry out a launch that nobody decided", async () => {
    const launching = launchRunner(jobItem(), createFakeWorld().ports);
    await expect(launching).rejects.toThrow("job#4711-1 has no launch to carry out");
  });

  it.each(["no-capacity", "quota", "denied", "invalid"] as const)(
    "removes the registration when nothing was started: %s",
    async (kind) => {
      const world = createFakeWorld();
      const failure: LaunchFailure = { kind, message: "as told" };
      world.outcomes.set("FARGATE", [failure]);
      expect(await launchRunner(launchingItem(), world.ports)).toEqual({ ...failure, number: 1 });
      expect(world.runners.size).toBe(0);
    },
  );

  it("gives those that are throttled turns, and new jobs one behind them", async () => {
    const world = createFakeWorld();
    const failure = { kind: "throttled", message: "Rate exceeded" } as const;
    world.outcomes.set("FARGATE", [failure, failure]);
    const throttled = { ...failure, number: 1 };
    const waiting = launchingItem({ waits: 1 });
    const launch = async (item: JobItem) => launchRunner(item, world.ports);
    expect(await launch(waiting)).toEqual({ ...throttled, retryAt: start });
    expect(await launch(waiting)).toEqual({ ...throttled, retryAt: start + 500 });
    expect(world.runners.size).toBe(0);
    const asked = world.calls.length;
    expect(await launch(launchingItem())).toEqual({ ...throttled, retryAt: start + 1_000 });
    expect(world.calls).toHaveLength(asked);
    expect(await launch(waiting)).toMatchObject({ kind: "started" });
    world.runners.clear();
    world.clock.now += 1_000;
    expect(await launch(launchingItem())).toMatchObject({ kind: "started" });
  });

  it("gives those that GitHub's limit holds up turns for the time after it", async () => {
    const world = createFakeWorld();
    const retryAt = start + 60_000;
    fail(world, "register", new GitHubError("GitHubRateLimited", "403", retryAt));
    expect(await launchRunner(launchingItem(), world.ports)).toMatchObject({ retryAt });
    fail(world, "register", new GitHubError("GitHubRateLimited", "403", retryAt));
    expect(await launchRunner(launchingItem(), world.ports)).toMatchObject({
      retryAt: retryAt + 500,
    });
  });

  it("asks GitHub for nothing where a job that has waited would get no capacity again", async () => {
    const world = createFakeWorld();
    const none = { kind: "no-capacity", message: "as told" } as const;
    world.outcomes.set("FARGATE", [none, none]);
    for (const number of [1, 2]) {
      const launches = [launchOf(number)];
      await launchRunner(launchingItem({ id: "job#1-1", launches }), world.ports);
    }
    const calls = world.calls.length;
    const report = await launchRunner(launchingItem({ waits: 1 }), world.ports);
    expect(report).toEqual({ kind: "no-capacity", number: 1, message: "as told" });
    expect(world.calls).toHaveLength(calls);
  });

  it("does not adopt a runner that is up but that GitHub does not know: it never gets a job", async () => {
    const world = createFakeWorld();
    world.computes.push({ id: "task-1", provider: "FARGATE", name: own, alive: true });
    const launch = async (at: number) =>
      launchRunner(launchingItem({ launches: [launchOf(1), launchOf(2, { at })] }), world.ports);
    // A list may lag behind: that it is not in there tells nothing yet.
    expect(await launch(start + settleAfter - 1)).toMatchObject({
      kind: "unsettled",
      retryAt: start + settleAfter,
    });
    expect(await launch(start + settleAfter)).toMatchObject({ kind: "started", number: 2 });
  });

  it.each([
    { status: "completed", conclusion: "failure", runnerName: own },
    { status: "in_progress", runnerName: own },
  ] as const)("tells of a job that has had its runner: $status", async (state) => {
    const world = createFakeWorld();
    world.computes.push({ id: "task-1", provider: "FARGATE", name: own, alive: true });
    world.states.set(again.job.id, state);
    expect(await launchRunner(again, world.ports)).toEqual(state);
    expect(world.requests).toEqual([]);
  });

  it("keeps the registration when the outcome is unknown: its runner would boot dead", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "unknown", message: "time-out" }]);
    expect(await launchRunner(launchingItem(), world.ports)).toMatchObject({ kind: "unknown" });
    expect([...world.runners.keys()]).toEqual([own]);
  });

  it("tells of a registration that could not be removed", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "quota", message: "as told" }]);
    fail(world, "remove", new GitHubError("GitHubUnavailable", "502"));
    expect(await launchRunner(launchingItem(), world.ports)).toMatchObject({
      kind: "quota",
      leftRegistrationId: 1,
    });
    expect(world.lines).toMatchObject([{ level: "warn", message: "registration not removed" }]);
  });

  it.each([
    [new GitHubError("GitHubUnavailable", "502"), { kind: "unknown", isUnasked: true }],
    [new GitHubError("GitHubConflict", "409"), { kind: "unknown", isUnasked: true }],
    [
      new GitHubError("GitHubRateLimited", "403", start + 60_000),
      { kind: "unregistered", isUnanswered: true, retryAt: start + 60_000 },
    ],
    [new GitHubError("GitHubRateLimited", "429"), { kind: "unregistered", isUnanswered: true }],
  ])("waits when GitHub fails with %s", async (error, report) => {
    const world = createFakeWorld();
    fail(world, "register", error);
    expect(await launchRunner(launchingItem(), world.ports)).toEqual({
      ...report,
      number: 1,
      message: error.message,
    });
    expect(world.requests).toEqual([]);
  });

  it.each([
    [new GitHubError("InstallationGone", "404"), { kind: "unregistered" }],
    [
      new GitHubError("CredentialsRefused", "401"),
      { kind: "unregistered", isUnanswered: true } as const,
    ],
    [new GitHubError("GitHubRefused", "403"), { kind: "unregistered" }],
    [new TypeError("x is not a function"), { kind: "unknown" }],
  ])("tells of %s", async (error, report) => {
    const world = createFakeWorld();
    fail(world, "register", error);
    expect(await launchRunner(launchingItem(), world.ports)).toEqual({
      ...report,
      number: 1,
      message: error.message,
      error,
    });
  });

  it("tells of a thrown thing that is no error", async () => {
    const world = createFakeWorld();
    fail(world, "register", "boom");
    expect(await launchRunner(launchingItem(), world.ports)).toMatchObject({
      kind: "unknown",
      message: "boom",
      error: new Error("boom"),
    });
  });
});

const refused = new GitHubError("GitHubRefused", "403");
const disbelieved = new GitHubError("CredentialsRefused", "401");

describe("launchRunner after a launch of unknown outcome", () => {
  it("adopts a runner that is alive", async () => {
    const world = createFakeWorld();
    register(world);
    world.computes.push({ id: "task-1", provider: "FARGATE", name: own, alive: true });
    expect(await launchRunner(again, world.ports)).toMatchObject({
      kind: "started",
      number: 1,
      computeId: "task-1",
      registrationId: 7,
    });
    expect(world.requests).toEqual([]);
  });

  it("removes a registration without compute, then starts another runner", async () => {
    const world = createFakeWorld();
    register(world);
    expect(await launchRunner(again, world.ports)).toMatchObject({ kind: "started", number: 2 });
    expect(world.calls).toEqual([
      `find ${own}`,
      `search ${own}`,
      "remove 7",
      "register tornade-4711-1-2",
      "launch FARGATE tornade-4711-1-2",
    ]);
  });

  it("lets a registration be whose compute may only not be listed yet", async () => {
    const world = createFakeWorld();
    register(world);
    const launches = [launchOf(1), launchOf(2, { at: start + settleAfter - 1 })];
    expect(await launchRunner(launchingItem({ launches }), world.ports)).toEqual({
      kind: "unsettled",
      number: 2,
      message: `runner ${own} may still be starting; it is looked for again`,
      retryAt: start + settleAfter,
    });
    expect(world.calls).toEqual([`find ${own}`, `search ${own}`]);
  });

  it.each([
    ["a runner that may not be listed anywhere yet", {}, settleAfter, {}],
    [
      "a registration that GitHub may yet make",
      { isUnasked: true },
      registeredAfter,
      { isUnanswered: true },
    ],
  ] as const)("waits for %s, and no longer", async (_what, known, patience, more) => {
    const launchAfter = async (age: number) => {
      const launches = [launchOf(1, known), launchOf(2, { at: start + age })];
      return launchRunner(launchingItem({ launches }), createFakeWorld().ports);
    };
    const unsettled = { kind: "unsettled", number: 2, retryAt: start + patience, ...more };
    expect(await launchAfter(patience - 1)).toMatchObject(unsettled);
    expect(await launchAfter(patience)).toMatchObject({ kind: "started", number: 2 });
  });

  it("goes on when nothing came of it", async () => {
    const world = createFakeWorld();
    expect(await launchRunner(again, world.ports)).toMatchObject({ kind: "started", number: 2 });
    expect(world.calls).not.toContain("remove 7");
  });

  it("starts nothing beside a busy runner whose compute it cannot find", async () => {
    const world = createFakeWorld();
    register(world, true);
    expect(await launchRunner(again, world.ports)).toEqual({
      kind: "unsettled",
      number: 2,
      message: `runner ${own} is busy, but its compute was not found`,
    });
    expect(world.requests).toEqual([]);
  });

  it.each([
    ["find", new GitHubError("GitHubUnavailable", "502"), { isUnanswered: true }],
    [
      "find",
      new GitHubError("GitHubRateLimited", "403", start + 9),
      { retryAt: start + 9, isUnanswered: true },
    ],
    ["find", refused, { error: refused }],
    ["find", disbelieved, { error: disbelieved, isUnanswered: true }],
    ["search", new TypeError("no route"), { error: new TypeError("no route") }],
    ["search", "boom", { error: new Error("boom") }],
  ])("starts nothing while %s fails with %s", async (method, error, more) => {
    const world = createFakeWorld();
    fail(world, method, error);
    expect(await launchRunner(again, world.ports)).toEqual({
      kind: "unsettled",
      number: 2,
      message: error instanceof Error ? error.message : error,
      ...more,
    });
    expect(world.calls.filter((call) => call.startsWith("register"))).toEqual([]);
  });

  it.each([
    ["of five that are left", 2_000, [1, 2], 2],
    ["of one that is left", 3_000, [1], 1],
  ])("keeps what it found out of a slow GitHub, %s", async (_what, answerTime, settled, finds) => {
    const world = createFakeWorld();
    const { registry } = world.ports;
    const find: typeof registry.find = async (...runner) => {
      world.clock.now += answerTime;
      return registry.find(...runner);
    };
    const count = finds === 1 ? 1 : 5;
    const earlier = Array.from({ length: count }, (_, index) => launchOf(index + 1));
    const launches = [...earlier, launchOf(9, { at: start + settleAfter })];
    const report = await launchRunner(launchingItem({ launches }), {
      ...world.ports,
      registry: { ...registry, find },
    });
    expect(report).toEqual({
      kind: "unsettled",
      number: 9,
      message: "checking its earlier launches took too long; it goes on with the next try",
      isUnanswered: true,
      settled,
    });
    expect(world.calls.filter((call) => call.startsWith("find"))).toHaveLength(finds);
    expect(world.calls.filter((call) => call.startsWith("register"))).toEqual([]);
  });

  it("tells what it found out before GitHub failed", async () => {
    const world = createFakeWorld();
    const { registry } = world.ports;
    let finds = 0;
    const find: typeof registry.find = async (...runner) => {
      finds += 1;
      if (finds === 2) throw new GitHubError("GitHubUnavailable", "502");
      return registry.find(...runner);
    };
    const launches = [launchOf(1), launchOf(2), launchOf(3, { at: start + settleAfter })];
    const ports = { ...world.ports, registry: { ...registry, find } };
    expect(await launchRunner(launchingItem({ launches }), ports)).toMatchObject({
      kind: "unsettled",
      message: "502",
      settled: [1],
    });
  });

  it("does not ask about launches whose outcome is known", async () => {
    const world = createFakeWorld();
    const launches = [launchOf(1, { outcome: "not-started" }), launchOf(2)];
    await launchRunner(launchingItem({ launches }), world.ports);
    expect(world.calls).toHaveLength(2);
  });
});
