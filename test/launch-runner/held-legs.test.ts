import { describe, expect, it } from "vitest";

import { settingNames } from "../../functions/adapters/settings.ts";
import { countCalls, createTestWorld, readJobItem, type TestWorld } from "../support/test-world.ts";

const minute = 60;

/** GitHub calls the job queued, and gives it to none of its runners. */
function holdBack({ outside, gitHub }: TestWorld, label: string): void {
  outside.intercept = async (call, next, request) =>
    call === "POST generate-jitconfig"
      ? gitHub.handle({ ...request, body: request.body.replace(label, "none-of-it") })
      : next();
}

describe("a leg that max-parallel holds back although GitHub calls it queued", () => {
  // GitHub removes a runner that has listened for five minutes, whatever may idle for longer.
  it.each([1, 5, 15, 60])("is served later, not refused: idleMinutes %i", async (idleMinutes) => {
    const world = await createTestWorld({
      env: { [settingNames.idleMinutes]: String(idleMinutes) },
      runner: { idleMilliseconds: idleMinutes * 60_000 },
    });
    const { runId } = world.queueJob({ durationMilliseconds: 9_000_000 });
    await world.pass(minute);
    holdBack(world, "disk=30");
    const leg = world.queueJob({ runId, labels: ["tornade", "disk=30"] });
    await world.pass(120 * minute);

    expect(await readJobItem(world, leg)).not.toHaveProperty("refusal");
    const { RunTask: launches = 0 } = countCalls(world, ["RunTask"]);
    expect(launches).toBeGreaterThan(7);
    expect(launches).toBeLessThan(16);

    world.outside.intercept = async (_call, next) => next();
    await world.pass(80 * minute);
    expect(world.gitHub.findJob(leg.id)).toMatchObject({ conclusion: "success" });
  });
});
