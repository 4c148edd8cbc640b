import { describe, expect, it } from "vitest";

import { bounds, invariants } from "../../../simulator/simulation/bounds.ts";
import { createWatched, putRow, type Watched } from "./monitor-stage.ts";

const minute = 60_000;

async function brokenAfter(watched: Watched, milliseconds: number): Promise<readonly string[]> {
  return (await watched.after(milliseconds)).map(({ invariant }) => invariant);
}

describe("watchRows", () => {
  async function write(watched: Watched, row: object): Promise<void> {
    const request = putRow("job#7-1", row);
    await watched.services.aws.handle(request);
    watched.call({ name: "PutItem", request });
  }

  it("finds a debt that is two minutes overdue", async () => {
    const watched = createWatched();
    await write(watched, { owed: ["launch"], wakeAt: watched.timeline.now() + 20_000 });
    expect(await brokenAfter(watched, bounds.debt + 19_000)).toEqual([]);
    expect(await brokenAfter(watched, 3_000)).toEqual([invariants.debt]);
  });

  it("finds one that is put off again and again", async () => {
    const watched = createWatched();
    await write(watched, { owed: ["tell"], wakeAt: watched.timeline.now() + 20_000 });
    for (let put = 0; put < 4; put += 1) {
      await write(watched, { owed: ["tell"], wakeAt: watched.timeline.now() + minute });
      expect(await brokenAfter(watched, 34_000)).toEqual([]);
    }
    expect(await brokenAfter(watched, 5_000)).toEqual([invariants.debt]);
  });

  it.each([
    ["once", []],
    ["and begun anew", ["launch"]],
  ])("is content when it is paid in time %s", async (_when, owed) => {
    const watched = createWatched();
    await write(watched, { owed: ["launch"], wakeAt: watched.timeline.now() + 20_000 });
    await watched.after(minute);
    await write(watched, { owed: [] });
    await write(watched, { owed, wakeAt: watched.timeline.now() + minute });
    await watched.after(2 * minute);
    await write(watched, { owed: [] });
    expect(await brokenAfter(watched, 60 * minute)).toEqual([]);
  });
});
