import { describe, expect, it } from "vitest";

import { dispatch } from "../../functions/core/dispatch.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import { mostRerunTries } from "../../functions/core/waits.ts";
import { runEvent, runItem, runnerItem, start } from "./builders.ts";
import { createFakeWorld, type FakeRun, type FakeWorld, readRunItem, store } from "./fakes.ts";

const id = runItem().id;
const name = "tornade-4711-1-1";
const wake = { kind: "wake", itemId: id } as const;
const lost = runnerItem({
  name,
  provider: "FARGATE_SPOT",
  ended: { at: start, reason: "SpotInterruption" },
  interrupted: true,
});

/** GitHub with one completed run, whose job lost its runner. */
async function createWorld(run: Partial<FakeRun> = {}): Promise<FakeWorld> {
  const world = createFakeWorld();
  const jobs = [{ conclusion: "failure", runnerName: name }, { conclusion: "success" }];
  world.runs.set(99, { attempt: 1, isCompleted: true, jobs, ...run });
  await store(world, lost);
  return world;
}

function fail(error: Error): () => void {
  return () => {
    throw error;
  };
}

describe("rerunRun", () => {
  it("asks which jobs failed, whether the run is over, and for the re-run: once", async () => {
    const world = await createWorld();
    await dispatch(runEvent(), world.ports);
    expect(world.calls).toEqual(["listJobs 99 1", "readState 99", "rerunFailed 99"]);
    expect(world.written).toEqual([id, id]);
    expect(readRunItem(world, id)).toMatchObject({
      status: "rerun",
      owed: [],
      onDemandSince: start,
    });
    for (const event of [runEvent(), runEvent({ attempt: 2 }), wake]) {
      await dispatch(event, world.ports);
    }
    expect(world.calls).toHaveLength(3);
  });

  it("has one of two who hear of the run at the same time ask for it", async () => {
    const world = await createWorld();
    await Promise.all([dispatch(runEvent(), world.ports), dispatch(runEvent(), world.ports)]);
    expect(world.calls.filter((call) => call === "rerunFailed 99")).toHaveLength(1);
    expect(world.runs.get(99)?.attempt).toBe(2);
  });

  it("asks for nothing where there is a newer attempt, as after a crash before that was told", async () => {
    const world = await createWorld({ attempt: 2, isCompleted: true });
    await store(world, runItem({ status: "interrupted", owed: ["rerun"], wakeAt: start }));
    await dispatch(wake, world.ports);
    expect(world.calls).toEqual(["readState 99"]);
    expect(readRunItem(world, id)?.status).toBe("rerun");
  });

  it("asks for nothing where the run is gone", async () => {
    const world = await createWorld();
    await store(world, runItem({ status: "interrupted", owed: ["rerun"], wakeAt: start }));
    world.runs.clear();
    await dispatch(wake, world.ports);
    expect(world.calls).toEqual(["readState 99"]);
    expect(readRunItem(world, id)?.status).toBe("rerun");
  });

  it("waits until the run has completed, and then asks", async () => {
    const world = await createWorld({ isCompleted: false });
    await dispatch(runEvent(), world.ports);
    expect(world.calls).toEqual(["listJobs 99 1", "readState 99", `send ${id}`]);
    const waiting = readRunItem(world, id);
    expect(waiting).toMatchObject({
      status: "interrupted",
      owed: ["rerun"],
      reason: "the run has not completed yet",
    });
    const run = world.runs.get(99);
    if (run !== undefined) run.isCompleted = true;
    world.clock.now = waiting?.wakeAt ?? 0;
    await dispatch(wake, world.ports);
    expect(world.calls).toContain("rerunFailed 99");
    expect(readRunItem(world, id)?.status).toBe("rerun");
  });

  it.each([
    ["listJobs", "unlisted"],
    ["readState", "interrupted"],
    ["rerunFailed", "interrupted"],
  ])("goes on later where GitHub fails at %s", async (method, status) => {
    const world = await createWorld();
    const limited = new GitHubError("GitHubRateLimited", "403 rate limit", start + 600_000);
    world.faults.set(method, [fail(limited), fail(new GitHubError("GitHubRefused", "403"))]);
    await dispatch(runEvent(), world.ports);
    const waiting = readRunItem(world, id);
    expect(waiting).toMatchObject({ status, tries: 1, reason: "403 rate limit" });
    expect(waiting?.wakeAt).toBeGreaterThanOrEqual(start + 600_000);
    for (let tries = 1; tries <= 2; tries += 1) {
      world.clock.now = readRunItem(world, id)?.wakeAt ?? 0;
      await dispatch(wake, world.ports);
    }
    expect(readRunItem(world, id)?.status).toBe("rerun");
    expect(world.runs.get(99)?.attempt).toBe(2);
  });

  it("tells a person once it is given up", async () => {
    const world = await createWorld();
    const refused = new GitHubError("GitHubRefused", "GitHub did not run 99 again: 403");
    world.faults.set(
      "rerunFailed",
      Array.from({ length: 20 }, () => fail(refused)),
    );
    await dispatch(runEvent(), world.ports);
    for (let tries = 0; tries <= mostRerunTries; tries += 1) {
      world.clock.now = readRunItem(world, id)?.wakeAt ?? world.clock.now;
      await dispatch(wake, world.ports);
    }
    expect(readRunItem(world, id)).toMatchObject({ status: "failed", reason: refused.message });
    expect(world.lines.filter(({ level }) => level === "error")).toMatchObject([
      { message: "run is not re-run", fields: { reason: refused.message, items: [id] } },
    ]);
  });

  it("throws what is none of GitHub's failures, and leaves the debt", async () => {
    const world = await createWorld();
    world.faults.set("rerunFailed", [fail(new Error("a bug"))]);
    await expect(dispatch(runEvent(), world.ports)).rejects.toThrow("a bug");
    expect(readRunItem(world, id)).toMatchObject({ status: "interrupted", owed: ["rerun"] });
  });
});

describe("listFailedJobs", () => {
  const success = { conclusion: "success", runnerName: "tornade-5-1-1" };
  it.each([
    ["skipped and neutral jobs", "failure", ["skipped", "neutral"], "rerun"],
    ["jobs that were cancelled because of it", "failure", ["cancelled"], "rerun"],
    ["jobs cancelled in a cancelled run", "cancelled", ["cancelled"], undefined],
    ["a job that timed out", "failure", ["timed_out"], undefined],
    ["a job that waits for an action", "failure", ["action_required"], undefined],
  ])("judges %s", async (_what, conclusion, others, expected) => {
    const jobs = others.map((other) => ({ ...success, conclusion: other }));
    const world = await createWorld({
      jobs: [{ conclusion: "failure", runnerName: name }, success, ...jobs],
    });
    await store(world, runnerItem({ name: "tornade-5-1-1", provider: "FARGATE" }));
    await dispatch(runEvent({ conclusion }), world.ports);
    expect(readRunItem(world, id)?.status).toBe(expected);
  });

  it("re-runs what was cancelled by the loss of its runner", async () => {
    const world = await createWorld({ jobs: [{ conclusion: "cancelled", runnerName: name }] });
    await dispatch(runEvent({ conclusion: "cancelled" }), world.ports);
    expect(readRunItem(world, id)?.status).toBe("rerun");
  });

  it("asks again where GitHub has not heard of the end of every job", async () => {
    const world = await createWorld({
      jobs: [{ conclusion: "failure", runnerName: name }, { runnerName: "tornade-5-1-1" }],
    });
    await dispatch(runEvent(), world.ports);
    expect(readRunItem(world, id)).toMatchObject({
      status: "unlisted",
      reason: "the run has not completed yet",
    });
  });
});
