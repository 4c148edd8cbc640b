import { describe, expect, it } from "vitest";

import { dispatch } from "../../functions/core/dispatch.ts";
import type { Assessment, LedgerEvent } from "../../functions/core/decision.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import type { Ledger } from "../../functions/core/ledger.ts";
import type { ProviderName } from "../../functions/core/provider.ts";
import {
  leaseDuration,
  mostLosses,
  mostRefusedLosses,
  refusalDeadline,
} from "../../functions/core/waits.ts";
import { jobEvent, jobItem, queuedJob, runnerSpec, start, toLaunch } from "./builders.ts";
import { createFakeWorld, type FakeWorld, readJobItem, store } from "./fakes.ts";

const job = "job#4711-1";
const wake: LedgerEvent = { kind: "wake", itemId: job };
const capacity = { kind: "no-capacity", message: "Capacity is unavailable" } as const;
const odd: Assessment = { kind: "refuse", reason: "label 'x' is odd", spec: runnerSpec() };
const failed = jobItem({ status: "failed", reason: "why", owed: ["tell"] });

function runDry({ outcomes }: FakeWorld, places: readonly ProviderName[], launches = 99): void {
  for (const place of places)
    outcomes.set(
      place,
      Array.from({ length: launches }, () => capacity),
    );
}

async function wakeAfter({ clock, ports }: FakeWorld, milliseconds: number): Promise<void> {
  clock.now += milliseconds;
  await dispatch(wake, ports);
}

function errors({ lines }: FakeWorld): readonly string[] {
  return lines.filter(({ level }) => level === "error").map(({ message }) => message);
}

describe("dispatch when a job cannot be served", () => {
  it("starts a runner at the deadline that tells what was tried, wherever there is one", async () => {
    const world = createFakeWorld();
    const ports = { ...world.ports, refusalSpec: runnerSpec({ rungs: ["FARGATE", "CODEBUILD"] }) };
    runDry(world, ["FARGATE_SPOT", "FARGATE"]);
    const spec = { rungs: ["FARGATE_SPOT", "FARGATE"], cpu: 16 } as const;
    await dispatch(jobEvent({}, toLaunch(spec)), ports);
    world.clock.now += 3_600_000;
    await dispatch(wake, ports);
    expect(world.sent.at(-1)).toEqual({
      envelope: { version: 1, ...wake },
      options: { groupId: "7", delaySeconds: 0 },
    });
    await dispatch(wake, ports);
    const refusal =
      "no runner could be started in 60 min: FARGATE_SPOT: Capacity is unavailable; FARGATE: Capacity is unavailable; ask for a smaller size, or for another provider with runs-on=";
    expect(readJobItem(world, job)).toMatchObject({ status: "refused", refusal, reason: refusal });
    expect(world.requests.at(-1)).toMatchObject({
      provider: "CODEBUILD",
      spec: { cpu: 1 },
      environment: { TORNADE_REFUSAL: refusal },
    });
    expect(errors(world)).toEqual([]);
  });

  it("has its people told when that runner cannot be started either", async () => {
    const world = createFakeWorld();
    runDry(world, ["FARGATE"]);
    await dispatch(jobEvent(), world.ports);
    await wakeAfter(world, 3_600_000);
    await wakeAfter(world, 0);
    expect(readJobItem(world, job)).toMatchObject({ status: "parked" });
    await wakeAfter(world, refusalDeadline);
    const item = readJobItem(world, job);
    expect(item).toMatchObject({ status: "failed", owed: [] });
    expect(item?.reason).toMatch(/^no runner could .* say so: Capacity is unavailable\)$/u);
    expect(item).not.toHaveProperty("wakeAt");
    expect(world.calls.at(-1)).toBe("tell 4711-1");
    expect(errors(world)).toEqual(["job given up"]);
  });

  it("has its people told at once when GitHub registers no runner on principle", async () => {
    const world = createFakeWorld();
    const refuse = () => {
      throw new GitHubError("GitHubRefused", "403 runners are disabled");
    };
    world.faults.set("register", [refuse, refuse]);
    await expect(dispatch(jobEvent(), world.ports)).rejects.toThrow("disabled");
    await expect(wakeAfter(world, 3_600_000)).rejects.toThrow("disabled");
    expect(readJobItem(world, job)).toMatchObject({ status: "failed", owed: [] });
    expect(world.calls.at(-1)).toBe("tell 4711-1");
  });

  it("refuses a job whose runners all end, and tells when those of the refusal do, too", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    for (let number = 1; number <= mostRefusedLosses + 1; number += 1) {
      const runnerName = `tornade-4711-1-${number}`;
      const end = { runnerName, computeId: "x", at: start, reason: "died", interrupted: false };
      await dispatch({ kind: "runner-ended", end }, world.ports);
      await wakeAfter(world, 60_000);
    }
    const told = world.requests.map(({ environment }) => "TORNADE_REFUSAL" in environment);
    expect(told).toEqual([false, false, false, false, false, false, true, true, true]);
    expect(readJobItem(world, job)).toMatchObject({ status: "failed", owed: [] });
    expect(readJobItem(world, job)?.reason).toMatch(
      /^6 runners in a row .* say so: runner .*died/u,
    );
  });
});

describe("dispatch of a job beside others of its run that are running", () => {
  it.each(["TaskFailedToStart: CannotPullContainerError: i/o timeout", "build ended as FAILED"])(
    "refuses it although its runners took minutes to fail to come up: %s",
    async (reason) => {
      const world = createFakeWorld();
      world.states.set(1, { status: "in_progress" });
      await dispatch(jobEvent(), world.ports);
      for (let number = 1; number <= mostLosses + 1; number += 1) {
        const runnerName = `tornade-4711-1-${number}`;
        world.clock.now += 150_000;
        for (const one of world.computes) one.alive = false;
        const end = { runnerName, computeId: "x", at: world.clock.now, reason, interrupted: false };
        await dispatch({ kind: "runner-ended", end }, world.ports);
        await wakeAfter(world, 600_000);
      }
      expect(readJobItem(world, job)?.refusal).toMatch(/^6 runners in a row ended/u);
    },
  );
});

describe("dispatch when the people of a job have to be told", () => {
  it("tells them when whoever gave the job up died before it could", async () => {
    const world = createFakeWorld();
    await store(world, { ...failed, wakeAt: start + leaseDuration });
    await wakeAfter(world, 0);
    expect(world.calls).toEqual([]);
    await wakeAfter(world, leaseDuration);
    expect(world.calls).toEqual(["tell 4711-1"]);
    await wakeAfter(world, 60_000);
    expect(world.calls).toEqual(["tell 4711-1"]);
  });

  it("tries again while GitHub is away", async () => {
    const world = createFakeWorld();
    await store(world, failed);
    const away = () => {
      throw new GitHubError("GitHubUnavailable", "502");
    };
    world.faults.set("tell", [away]);
    await wakeAfter(world, 0);
    expect(readJobItem(world, job)).toMatchObject({ owed: ["tell"], waits: 1 });
    await wakeAfter(world, 60_000);
    expect(readJobItem(world, job)).toMatchObject({ owed: [] });
    expect(errors(world)).toEqual([]);
  });
});

describe("dispatch of a refused job", () => {
  it("puts down whose turn it is before it claims the job, and nothing when it comes again", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent({}, odd), world.ports);
    await dispatch(jobEvent({}, odd), world.ports);
    expect(world.written).toEqual(["cap#refusals#7", job, "runner#tornade-4711-1-1", job]);
    expect(world.requests).toHaveLength(1);
  });

  it("lets it wait for its turn, and says so, while the repository has had those of this hour", async () => {
    const world = createFakeWorld();
    const ports = { ...world.ports, refusalsPerHour: 1 };
    await dispatch(jobEvent({ job: queuedJob({ id: 5 }) }, odd), ports);
    await dispatch(jobEvent({}, odd), ports);
    expect(readJobItem(world, job)).toMatchObject({
      status: "parked",
      reason:
        "refused, and reported in 60 min, as this repository has reached its limit of refusals per hour: label 'x' is odd",
      wakeAt: start + 3_600_000,
    });
    world.clock.now += 3_600_000;
    await dispatch(wake, ports);
    expect(readJobItem(world, job)).toMatchObject({ status: "refused" });
    expect(world.requests.map(({ runnerName }) => runnerName)).toEqual([
      "tornade-5-1-1",
      "tornade-4711-1-1",
    ]);
  });

  it("lets others go first when it cannot get through to take its turn", async () => {
    const world = createFakeWorld();
    const known = world.ports.ledger;
    let isBusy = true;
    const ledger: Ledger = {
      ...known,
      write: async (item, version) =>
        isBusy && item.kind === "cap" ? false : known.write(item, version),
    };
    const ports = { ...world.ports, ledger };
    await dispatch(jobEvent({}, odd), ports);
    const wakeAt = start + 1_000;
    expect(readJobItem(world, job)).toMatchObject({
      status: "parked",
      reason: "refused, and reported in a moment: label 'x' is odd",
      wakeAt,
    });
    expect(world.sent).toHaveLength(1);
    isBusy = false;
    world.clock.now = wakeAt;
    await dispatch(wake, ports);
    expect(readJobItem(world, job)).toMatchObject({ status: "refused" });
  });

  it("gives the turn of a job that is cancelled to the next one", async () => {
    const world = createFakeWorld();
    const ports = { ...world.ports, refusalsPerHour: 1 };
    for (const id of [5, 6]) await dispatch(jobEvent({ job: queuedJob({ id }) }, odd), ports);
    const cancelled = { action: "completed", job: queuedJob({ id: 6 }) } as const;
    await dispatch(jobEvent(cancelled, odd), ports);
    await dispatch(jobEvent({}, odd), ports);
    expect(readJobItem(world, job)).toMatchObject({ wakeAt: start + 3_600_000 });
  });

  it("has its people told when it would never have its turn", async () => {
    const world = createFakeWorld();
    const turns = Object.fromEntries(
      Array.from({ length: 24 }, (_, at) => [`${at}-1`, start + at * 3_600_000]),
    );
    const expiresAt = start + 1e9;
    await store(world, { kind: "cap", id: "cap#refusals#7", turns, expiresAt });
    await dispatch(jobEvent({}, odd), { ...world.ports, refusalsPerHour: 1 });
    expect(readJobItem(world, job)).toMatchObject({ status: "failed", reason: "label 'x' is odd" });
    expect(world.calls).toEqual(["tell 4711-1"]);
  });
});
