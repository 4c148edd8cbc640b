import { describe, expect, it } from "vitest";

import { allowanceOf } from "../../../simulator/simulation/allowances.ts";
import { bounds, invariants } from "../../../simulator/simulation/bounds.ts";
import {
  connect,
  createWatched,
  makePass,
  nameFor,
  register,
  startBuild,
  taskEvent,
  type Watched,
} from "./monitor-stage.ts";

const second = 1_000;
const name = "tornade-7-1-1";

const labels = ["self-hosted", "tornade"];
const stopped = { lastStatus: "STOPPED" };

function change(watched: Watched, detail: Readonly<Record<string, unknown>> = {}): void {
  watched.monitor.onTask(taskEvent(name, { taskArn: "a", ...detail }));
}

describe("watchBooting", () => {
  it("finds a task that never connects to GitHub and is left running", async () => {
    const watched = createWatched();
    change(watched);
    expect(await watched.after(bounds.booting - second)).toEqual([]);
    expect(await watched.after(2 * second)).toMatchObject([
      { details: `runner ${name} has not connected for 781 s and still runs` },
    ]);
  });

  it("gives it the time that a fault explains", async () => {
    const watched = createWatched();
    watched.faults.strikes.add({ fault: "never-pulls", at: 0 }, [7]);
    change(watched);
    expect(await watched.after(bounds.booting + 60 * second)).toEqual([]);
    expect(await watched.after(60 * 60 * second)).toHaveLength(1);
  });

  it.each([
    ["ended", { lastStatus: "STOPPED" }],
    ["was stopped", { desiredStatus: "STOPPED", stopCode: "UserInitiated" }],
  ])("is content with one that %s", async (_how, detail) => {
    const watched = createWatched();
    change(watched);
    change(watched, detail);
    expect(await watched.after(2 * bounds.booting)).toEqual([]);
  });
});

describe("watchIdle", () => {
  it.each([
    ["at its next look", 200, 0],
    ["a minute later for each pass that was hindered", 502, 3],
  ])("lets reconcile find a machine that hangs %s", async (_when, status, minutes) => {
    const watched = createWatched();
    const strike = { fault: "machine-hangs", at: 0 } as const;
    watched.faults.strikes.add(strike, [7]);
    await connect(watched, 7);
    for (let pass = 0; pass < 3; pass += 1) {
      makePass(watched, status);
      await watched.after(60 * second);
    }
    const bound = bounds.idle + allowanceOf([strike]) + (minutes - 3) * 60 * second;
    expect(await watched.after(bound - 2 * second)).toEqual([]);
    expect(await watched.after(4 * second)).toHaveLength(1);
  });

  it("gives one that merely idles no time for that", async () => {
    const watched = createWatched();
    await connect(watched, 7);
    makePass(watched, 502);
    expect(await watched.after(bounds.idle - second)).toEqual([]);
    expect(await watched.after(2 * second)).toHaveLength(1);
  });
});

describe("watchBooting of a build", () => {
  it("counts from the end of its queue", async () => {
    const watched = createWatched();
    const { codeBuild } = watched.services.aws;
    codeBuild.setConcurrency(1);
    await startBuild(watched, "another");
    const id = await startBuild(watched, name);
    codeBuild.setConcurrency(0);
    await watched.after(2 * bounds.booting);
    expect(codeBuild.isQueued(id)).toBe(true);
    codeBuild.setConcurrency(1);
    expect(await watched.after(bounds.booting - 2 * second)).toEqual([]);
    expect(await watched.after(bounds.booting)).toHaveLength(1);
  });
});

describe("watchCancelled", () => {
  it.each([
    ["in five seconds", bounds.launching, bounds.cancelled],
    ["later where it was being launched", 0, bounds.launching + bounds.cancelled],
  ])("wants the runner of a cancelled job gone %s", async (_when, after, bound) => {
    const watched = createWatched();
    const { gitHub } = watched.services;
    const { id } = gitHub.queueJob({ repository: "acme/app", name: "build", labels });
    watched.monitor.onTask(taskEvent(nameFor(id, 1), { taskArn: "a" }));
    await watched.after(after);
    gitHub.cancelJob(id);
    expect(await watched.after(bound - second)).toEqual([]);
    expect(await watched.after(2 * second)).toMatchObject([{ invariant: invariants.idle }]);
  });
});

describe("watchReplaced", () => {
  function queue({ services }: Watched): number {
    return services.gitHub.queueJob({ repository: "acme/app", name: "build", labels }).id;
  }

  function end({ monitor }: Watched, jobId: number): void {
    monitor.onTask(taskEvent(nameFor(jobId, 1), { taskArn: "a" }));
    monitor.onTask(taskEvent(nameFor(jobId, 1), { taskArn: "a", ...stopped }));
  }

  it("misses another runner for a job whose runner ended", async () => {
    const watched = createWatched();
    const id = queue(watched);
    end(watched, id);
    expect(await watched.after(bounds.replaced - second)).toEqual([]);
    expect(await watched.after(2 * second)).toMatchObject([
      { invariant: invariants.served, jobId: id, details: /no runner for 91 s/u },
    ]);
  });

  it("is content where it has one, where another is left for it, or where it is over", async () => {
    const replaced = createWatched();
    const again = queue(replaced);
    end(replaced, again);
    replaced.faults.strikes.add({ fault: "job-expired", at: 0 }, [again]);
    replaced.faults.strikes.add({ fault: "start-fails", at: 0 }, [again]);
    replaced.monitor.onTask(taskEvent(nameFor(again, 2), { taskArn: "b" }));
    expect(await replaced.after((3 * bounds.replaced) / 2)).toEqual([]);

    const swapped = createWatched();
    const robbed = queue(swapped);
    await register(swapped, nameFor(7, 1));
    swapped.monitor.onTask(taskEvent(nameFor(7, 1), { taskArn: "c" }));
    end(swapped, robbed);
    expect(await swapped.after(2 * bounds.replaced)).toEqual([]);

    const over = createWatched();
    const cancelled = queue(over);
    end(over, cancelled);
    over.services.gitHub.cancelJob(cancelled);
    expect(await over.after(2 * bounds.replaced)).toEqual([]);
  });
});
