import { describe, expect, it } from "vitest";

import { settingNames } from "../../functions/adapters/settings.ts";
import { badLabels, createFlood, flood, refusedJobs } from "./refusal-flood.ts";

const hour = 3_600;

describe("createLaunchRunner when many jobs of a repository are refused", () => {
  it("tells so many of them within an hour, and the rest one hour after the other", async () => {
    const world = await createFlood({ [settingNames.refusalsPerHour]: "40" });
    for (const told of [40, 80, flood]) {
      await world.pass(hour);
      expect(refusedJobs(world)).toHaveLength(told);
    }
    // Nobody was in anybody's way so often that it would have looked like a mistake.
    expect(world.lines.filter((line) => !line.includes('"level":"info"'))).toEqual([]);
    const ends = refusedJobs(world).map(({ completedAt }) => completedAt ?? 0);
    // A runner takes a few seconds more or less from its turn to its end.
    const tolerance = 120_000;
    for (const [index, end] of ends.entries()) {
      const within = ends.slice(index).filter((other) => other - end < 3_600_000 - tolerance);
      expect(within.length).toBeLessThanOrEqual(40);
    }
  });

  it("keeps no turn for a job that was cancelled", async () => {
    const world = await createFlood();
    await world.pass(300);
    for (const { id, status } of world.gitHub.jobs()) {
      if (status === "queued") world.gitHub.cancelJob(id);
    }
    await world.pass(60);
    world.queueJob({ labels: badLabels });
    await world.pass(hour);
    expect(refusedJobs(world)).toHaveLength(21);
  });
});
