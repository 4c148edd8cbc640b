import { describe, expect, it } from "vitest";

import { bounds } from "../../../simulator/simulation/bounds.ts";
import { createWatched, taskEvent, type Watched } from "./monitor-stage.ts";

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
