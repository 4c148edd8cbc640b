import { describe, expect, it } from "vitest";

import { allowanceOf, bounds } from "../../../simulator/simulation/bounds.ts";
import { connect, createWatched, makePass, taskEvent, type Watched } from "./monitor-stage.ts";

const second = 1_000;
const name = "tornade-7-1-1";

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
