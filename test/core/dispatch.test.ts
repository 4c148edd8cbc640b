import { describe, expect, it } from "vitest";

import { dispatch } from "../../functions/core/dispatch.ts";
import type { LedgerEvent } from "../../functions/core/decision.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import { runnerItemId } from "../../functions/core/ledger.ts";
import { leaseDuration, overdueAfter, removalWait } from "../../functions/core/waits.ts";
import { jobEvent, jobId, runnerItem, start, toLaunch } from "./builders.ts";
import { createFakeWorld, type FakeWorld, readJobItem, readRunnerItem, store } from "./fakes.ts";

const minute = 60_000;
const job = "job#4711-1";
const own = "tornade-4711-1-1";
const second = "tornade-4711-1-2";
const wake: LedgerEvent = { kind: "wake", itemId: job };
const takes = jobEvent({ action: "in_progress", runnerName: own });
const succeeded = jobEvent({ action: "completed", runnerName: own, conclusion: "success" });
const cancelled = jobEvent({ action: "completed", conclusion: "cancelled" });

function stopOf(runnerName: string): LedgerEvent {
  const stop = { runnerName, computeId: `FARGATE:${runnerName}`, at: start, reason: "died" };
  return { kind: "runner-ended", end: { ...stop, interrupted: false } };
}

function endCompute({ computes, runners }: FakeWorld, name: string): void {
  for (const compute of computes) if (compute.name === name) compute.alive = false;
  runners.delete(name);
}

function names({ requests }: FakeWorld): readonly string[] {
  return requests.map(({ runnerName }) => runnerName);
}

function living({ computes }: FakeWorld): readonly string[] {
  return computes.filter(({ alive }) => alive).map(({ name }) => name);
}

function failOnce({ faults }: FakeWorld, method: string, error: Error): void {
  faults.set(method, [
    () => {
      throw error;
    },
  ]);
}

function away(): void {
  throw new GitHubError("GitHubUnavailable", "502");
}

describe("dispatch", () => {
  it("takes a queued job from claim to launched in three writes and two outside calls", async () => {
    const world = createFakeWorld();
    expect(await dispatch(jobEvent(), world.ports)).toEqual({});
    expect(world.written).toEqual([job, runnerItemId(own), job]);
    expect(world.calls).toEqual([`register ${own}`, `launch FARGATE ${own}`]);
    expect(readJobItem(world, job)).toMatchObject({
      status: "launched",
      launches: [{ number: 1, outcome: "started" }],
    });
  });

  it("needs seven writes over the life of a job, and never calls outside again", async () => {
    const world = createFakeWorld();
    for (const event of [jobEvent(), takes, succeeded, stopOf(own)]) {
      await dispatch(event, world.ports);
    }
    expect(world.written).toHaveLength(7);
    expect(world.calls).toHaveLength(2);
    expect(world.ledger.list()).toMatchObject([
      { status: "completed", conclusion: "success", runnerName: own },
      { serves: "4711-1", ended: { reason: "died" }, owed: [] },
    ]);
    expect(await world.ledger.due(start + 365 * 24 * 3_600_000, 10)).toEqual([]);
  });

  it("ends a repeated delivery without writing or calling anything", async () => {
    const world = createFakeWorld();
    const life = [jobEvent(), takes, succeeded, stopOf(own)];
    for (const event of life) {
      await dispatch(event, world.ports);
      const { written, calls } = structuredClone({ written: world.written, calls: world.calls });
      await dispatch(event, world.ports);
      expect({ written: world.written, calls: world.calls }).toEqual({ written, calls });
    }
  });
});

describe("dispatch when a launch fails", () => {
  it("falls from Spot to FARGATE, under a fresh name, the first registration removed", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE_SPOT", [{ kind: "no-capacity", message: "none" }]);
    await dispatch(jobEvent({}, toLaunch({ rungs: ["FARGATE_SPOT", "FARGATE"] })), world.ports);
    expect(world.calls).toEqual([
      `register ${own}`,
      `launch FARGATE_SPOT ${own}`,
      "remove 1",
      `register ${second}`,
      `launch FARGATE ${second}`,
    ]);
    expect([...world.runners.keys()]).toEqual([second]);
    expect(readJobItem(world, job)).toMatchObject({ status: "launched", rung: 1 });
  });

  it("parks after the last rung, with a message that wakes it, and launches then", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "no-capacity", message: "none" }]);
    await dispatch(jobEvent(), world.ports);
    expect(world.sent).toEqual([
      {
        envelope: { version: 1, kind: "wake", itemId: job },
        options: { groupId: "7", delaySeconds: 1 },
      },
    ]);
    world.clock.now += 2_000;
    await dispatch(wake, world.ports);
    expect(names(world)).toEqual([own, second]);
    expect(living(world)).toEqual([second]);
  });

  it("settles an unknown outcome before it launches again: nothing there", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "unknown", message: "time-out" }]);
    await dispatch(jobEvent(), world.ports);
    expect([...world.runners.keys()]).toEqual([own]);
    world.clock.now += 60_000;
    await dispatch(wake, world.ports);
    expect([...world.runners.keys()]).toEqual([second]);
    expect(readJobItem(world, job)?.launches).toMatchObject([
      { outcome: "not-started" },
      { outcome: "started" },
    ]);
  });

  it("settles an unknown outcome before it launches again: the runner is up and adopted", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "unknown", message: "time-out" }]);
    await dispatch(jobEvent(), world.ports);
    world.computes.push({ id: "task-1", provider: "FARGATE", name: own, alive: true });
    world.clock.now += 60_000;
    await dispatch(wake, world.ports);
    expect(names(world)).toEqual([own]);
    expect(readJobItem(world, job)).toMatchObject({
      status: "launched",
      launches: [{ outcome: "started" }, { outcome: "not-started" }],
    });
    expect(readRunnerItem(world, runnerItemId(own))).toMatchObject({ computeId: "task-1" });
  });

  it("asks about an open launch no more often than it must, however long GitHub is away", async () => {
    const world = createFakeWorld();
    world.faults.set(
      "register",
      Array.from({ length: 9 }, () => away),
    );
    world.faults.set(
      "find",
      Array.from({ length: 9 }, () => away),
    );
    await dispatch(jobEvent(), world.ports);
    for (let tries = 0; tries < 9; tries += 1) {
      world.clock.now += 400_000;
      await dispatch(wake, world.ports);
    }
    const open = readJobItem(world, job)?.launches.filter(({ outcome }) => outcome === "open");
    expect(open).toHaveLength(1);
    expect(world.calls.filter((call) => !call.startsWith("send"))).toHaveLength(10);
  });

  it("closes every launch that it has settled, however often the outcome is unknown", async () => {
    const world = createFakeWorld();
    world.outcomes.set(
      "FARGATE",
      Array.from({ length: 5 }, () => ({ kind: "unknown", message: "503" }) as const),
    );
    await dispatch(jobEvent(), world.ports);
    for (let tries = 0; tries < 4; tries += 1) {
      world.clock.now += 400_000;
      await dispatch(wake, world.ports);
    }
    const open = readJobItem(world, job)?.launches.filter(({ outcome }) => outcome === "open");
    expect(open).toMatchObject([{ number: 5 }]);
    expect(world.runners.size).toBe(1);
  });

  it("parks until GitHub's limit is over, waking by message as long as those can be delayed", async () => {
    const world = createFakeWorld();
    const retryAt = start + 1_800_000;
    failOnce(world, "register", new GitHubError("GitHubRateLimited", "403", retryAt));
    await dispatch(jobEvent(), world.ports);
    expect(readJobItem(world, job)?.wakeAt).toBeGreaterThanOrEqual(retryAt);
    expect(world.sent).toMatchObject([{ options: { delaySeconds: 900 } }]);
    world.clock.now += 900_000;
    await dispatch(wake, world.ports);
    expect(names(world)).toEqual([]);
    world.clock.now += 902_000;
    await dispatch(wake, world.ports);
    expect(names(world)).toEqual([second]);
  });

  it("throws what a person has to know of after the job was parked", async () => {
    const world = createFakeWorld();
    const error = new GitHubError("InstallationGone", "the App is not installed at acme");
    failOnce(world, "register", error);
    await expect(dispatch(jobEvent(), world.ports)).rejects.toBe(error);
    expect(readJobItem(world, job)).toMatchObject({ status: "parked", reason: error.message });
    expect(world.sent).toHaveLength(1);
    await dispatch(jobEvent(), world.ports);
    expect(world.calls).toHaveLength(2);
  });

  it("keeps a job until somebody has mended the App's key, however long that takes", async () => {
    const world = createFakeWorld();
    const error = new GitHubError("CredentialsRefused", "401");
    for (let hours = 0; hours < 9; hours += 1) {
      failOnce(world, "register", error);
      const event = hours === 0 ? jobEvent() : wake;
      await expect(dispatch(event, world.ports)).rejects.toBe(error);
      expect(readJobItem(world, job)).toMatchObject({ status: "parked", reason: error.message });
      world.clock.now += 3_600_000;
    }
    world.states.set(4711, { status: "queued" });
    await dispatch(wake, world.ports);
    expect(readJobItem(world, job)?.status).toBe("launched");
  });

  it("keeps a job awake even when its reminder cannot be sent", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "no-capacity", message: "none" }]);
    failOnce(world, "send", new Error("queue is away"));
    await expect(dispatch(jobEvent(), world.ports)).rejects.toThrow("queue is away");
    expect(await world.ledger.due(start + 60_000, 10)).toMatchObject([{ id: job }]);
  });
});

describe("dispatch when a runner is lost", () => {
  it("replaces it after GitHub said that the job still waits", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    endCompute(world, own);
    await dispatch(stopOf(own), world.ports);
    expect(world.sent).toMatchObject([{ options: { delaySeconds: 0 } }]);
    await dispatch(wake, world.ports);
    expect(world.calls.slice(2)).toEqual([
      "remove 1",
      `send ${job}`,
      `readJob ${jobId}`,
      `register ${second}`,
      `launch FARGATE ${second}`,
    ]);
    expect(living(world)).toEqual([second]);
  });

  it.each([
    [{ status: "completed", conclusion: "success", runnerName: own }, "completed"],
    [{ status: "in_progress", runnerName: own }, "running"],
    [{ status: "waiting" }, "parked"],
  ] as const)("starts nothing when GitHub says %j", async (state, status) => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    endCompute(world, own);
    await dispatch(stopOf(own), world.ports);
    world.states.set(jobId, state);
    await dispatch(wake, world.ports);
    expect(readJobItem(world, job)).toMatchObject({ status });
    expect(names(world)).toEqual([own]);
  });

  it("waits when GitHub does not say, without bothering the queue", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    await dispatch(stopOf(own), world.ports);
    failOnce(world, "readJob", new GitHubError("GitHubUnavailable", "502"));
    expect(await dispatch(wake, world.ports)).toEqual({});
    expect(await world.ledger.due(start, 10)).toEqual([]);
    world.clock.now += 60_000;
    await dispatch(wake, world.ports);
    expect(names(world)).toEqual([own, second]);
  });

  it("tells of an installation that is gone when GitHub is asked, after it was written down", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    await dispatch(stopOf(own), world.ports);
    failOnce(world, "readJob", new GitHubError("InstallationGone", "404"));
    await expect(dispatch(wake, world.ports)).rejects.toThrow("404");
    expect(readJobItem(world, job)?.wakeAt).toBeGreaterThan(start);
  });

  it("gives up a runner that does not take its job, and starts another", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    world.clock.now += overdueAfter;
    await dispatch(wake, world.ports);
    expect(living(world)).toEqual([]);
    await dispatch(wake, world.ports);
    expect(living(world)).toEqual([second]);
    await dispatch(stopOf(own), world.ports);
    expect(readJobItem(world, job)).toMatchObject({ status: "launched" });
  });
});

describe("dispatch when a runner is given up", () => {
  it("starts none beside it that could take the same job", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    world.clock.now += overdueAfter;
    failOnce(world, "remove", new GitHubError("GitHubUnavailable", "502"));
    await dispatch(wake, world.ports);
    await dispatch(wake, world.ports);
    expect(living(world)).toEqual([own]);
    expect(readJobItem(world, job)).toMatchObject({
      status: "launched",
      launches: [{ outcome: "started" }, { outcome: "not-started" }],
    });
  });
});

describe("dispatch when a job is cancelled", () => {
  it("removes the registration, then stops the compute", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    await dispatch(cancelled, world.ports);
    expect(world.calls.slice(2)).toEqual(["remove 1", `stop FARGATE:${own}`]);
    expect(living(world)).toEqual([]);
    expect(readRunnerItem(world, runnerItemId(own))).toMatchObject({ owed: [] });
  });

  it("leaves a runner alone that is busy by now", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    for (const runner of world.runners.values()) runner.busy = true;
    await dispatch(cancelled, world.ports);
    expect(living(world)).toEqual([own]);
    expect(await world.ledger.due(start, 10)).toEqual([]);
  });

  it("removes the registration once GitHub has taken back the job that the runner never heard of", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    const [runner] = world.runners.values();
    expect.assert(runner !== undefined);
    runner.busy = true;
    world.computes.length = 0;
    await dispatch(cancelled, world.ports);
    expect(readRunnerItem(world, runnerItemId(own))).toMatchObject({ owed: ["deregister"] });
    runner.busy = false;
    world.clock.now += removalWait;
    await dispatch({ kind: "wake", itemId: runnerItemId(own) }, world.ports);
    expect([...world.runners.keys()]).toEqual([]);
    expect(readRunnerItem(world, runnerItemId(own))).toMatchObject({ owed: [] });
  });

  it("starts no other runner for a job that has just ended on one nobody knew of", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "unknown", message: "time-out" }]);
    await dispatch(jobEvent(), world.ports);
    world.computes.push({ id: "task-1", provider: "FARGATE", name: own, alive: true });
    world.runners.clear();
    world.states.set(jobId, { status: "completed", conclusion: "success", runnerName: own });
    world.clock.now += overdueAfter;
    await dispatch(wake, world.ports);
    expect(names(world)).toEqual([own]);
    expect(readJobItem(world, job)).toMatchObject({ status: "completed", runnerName: own });
  });

  it("keeps owing what could not be done, until it is", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    failOnce(world, "stop", new Error("throttled"));
    await dispatch(cancelled, world.ports);
    expect(living(world)).toEqual([own]);
    expect(await world.ledger.due(start, 10)).toEqual([]);
    world.clock.now += minute;
    const due = await world.ledger.due(world.clock.now, 10);
    expect(due).toMatchObject([{ id: runnerItemId(own), owed: ["stop"] }]);
    await dispatch({ kind: "wake", itemId: runnerItemId(own) }, world.ports);
    expect(living(world)).toEqual([]);
    expect(await world.ledger.due(world.clock.now, 10)).toEqual([]);
  });

  it("puts off a runner whose retirement failed at once", async () => {
    const world = createFakeWorld();
    await store(world, runnerItem({ owed: ["deregister"], wakeAt: start }));
    failOnce(world, "remove", new GitHubError("GitHubUnavailable", "502"));
    await dispatch({ kind: "wake", itemId: runnerItemId(own) }, world.ports);
    expect(await world.ledger.due(start, 10)).toEqual([]);
    expect(await world.ledger.due(start + minute, 10)).toMatchObject([{ owed: ["deregister"] }]);
  });

  it("asks ever less often about a runner that GitHub refuses to remove, and never stops it", async () => {
    const world = createFakeWorld();
    const refuse = () => {
      throw new GitHubError("InstallationGone", "the App is not installed");
    };
    world.faults.set(
      "remove",
      Array.from({ length: 2_000 }, () => refuse),
    );
    const owing = { owed: ["deregister", "stop"], wakeAt: start, launchedAt: start } as const;
    await store(world, runnerItem(owing));
    for (let passed = 0; passed < 2_000; passed += 1) {
      const due = await world.ledger.due(world.clock.now, 10);
      if (due.length > 0) await dispatch({ kind: "wake", itemId: runnerItemId(own) }, world.ports);
      world.clock.now += minute;
    }
    expect(world.calls.length).toBeLessThan(40);
    expect(world.calls.filter((call) => call.startsWith("stop"))).toEqual([]);
    expect(readRunnerItem(world, runnerItemId(own))).toMatchObject({ owed: [] });
  });

  it("settles a launch of unknown outcome that nobody will repeat", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "unknown", message: "time-out" }]);
    await dispatch(jobEvent(), world.ports);
    world.computes.push({ id: "task-1", provider: "FARGATE", name: own, alive: true });
    await dispatch(cancelled, world.ports);
    world.clock.now += leaseDuration;
    await dispatch({ kind: "wake", itemId: runnerItemId(own) }, world.ports);
    expect(living(world)).toEqual([]);
    expect(world.runners.size).toBe(0);
  });
});
