import { describe, expect, it } from "vitest";

import { dispatch } from "../../functions/core/dispatch.ts";
import { notFoundWait, overdueAfter } from "../../functions/core/waits.ts";
import { jobEvent, toLaunch } from "./builders.ts";
import { createFakeWorld } from "./fakes.ts";

const job = "job#4711-1";

describe("logDecision", () => {
  it("writes one line an outcome, with what a person looks for", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "quota", message: "no vCPU left" }]);
    await dispatch(jobEvent(), world.ports);
    const told = { jobId: 4_711, runId: 99, repository: "acme/app", provider: "FARGATE" };
    expect(world.lines).toEqual([
      {
        level: "info",
        message: "claimed",
        fields: { event: "job", deliveryId: "d-1", ...told, status: "launching", items: [job] },
      },
      {
        level: "info",
        message: "parked",
        fields: {
          event: "launch-ended",
          ...told,
          status: "parked",
          reason: "no vCPU left",
          items: [job],
        },
      },
    ]);
  });

  it("warns of a job that GitHub does not find any more: nobody knows how it ended", async () => {
    const world = createFakeWorld();
    const wake = { kind: "wake", itemId: job } as const;
    await dispatch(jobEvent(), world.ports);
    world.states.set(4_711, { status: "gone" });
    for (const wait of [overdueAfter, notFoundWait]) {
      world.clock.now += wait;
      await dispatch(wake, world.ports);
    }
    expect(world.lines.filter(({ level }) => level === "warn")).toMatchObject([
      { message: "GitHub does not find the job any more", fields: { jobId: 4_711 } },
    ]);
  });

  it("tells as an error of a launch that a person has to allow, whatever comes of the job", async () => {
    const world = createFakeWorld();
    const message = "AccessDeniedException: not authorized to perform: ecs:RunTask";
    world.outcomes.set("FARGATE_SPOT", [{ kind: "denied", message }]);
    const spec = { rungs: ["FARGATE_SPOT", "FARGATE"] } as const;
    await dispatch(jobEvent({}, toLaunch(spec)), world.ports);
    expect(world.lines.filter(({ level }) => level === "error")).toMatchObject([
      {
        message: "launch denied",
        fields: { jobId: 4_711, provider: "FARGATE_SPOT", reason: message },
      },
    ]);
  });
});
