import { describe, expect, it } from "vitest";

import { toJobView } from "../../../local/jobs-page/job-view.ts";
import { jobItem, launchedItem, launchOf, runnerItem, start } from "../../core/builders.ts";

const second = 1_000;

describe("toJobView", () => {
  it("says why a job waits, since when, and when it is looked at again", () => {
    const item = jobItem({
      reason: "no capacity: FARGATE_SPOT, FARGATE",
      wakeAt: start + 42 * second,
    });

    expect(toJobView(item, [], start + 2 * second)).toMatchObject({
      state: "waiting",
      where: "",
      waited: 3 * second,
      reason: "no capacity: FARGATE_SPOT, FARGATE",
      lookedAtIn: 40 * second,
    });
  });

  it("tells every step in the order of time, and what each launch came to", () => {
    const item = launchedItem({
      status: "completed",
      launches: [
        launchOf(1, {
          provider: "FARGATE_SPOT",
          outcome: "not-started",
          reason: "no Spot capacity",
        }),
        launchOf(2, { at: start + second, outcome: "started" }),
      ],
      runnerName: "tornade-4711-1-2",
      conclusion: "success",
      times: {
        queued: start - second,
        received: start,
        claimed: start,
        launched: start + 2 * second,
        started: start + 30 * second,
        completed: start + 90 * second,
      },
    });
    const ended = { at: start + 91 * second, reason: "EssentialContainerExited" };
    const view = toJobView(
      item,
      [runnerItem({ name: "tornade-4711-1-2", ended })],
      start + 99 * second,
    );

    expect(view).toMatchObject({ state: "done", waited: 31 * second, ran: 60 * second });
    expect(view.where).toBe("FARGATE X86_64 1 vCPU 2 GiB");
    expect(view.steps.map(({ at, text }) => `${(at - start) / second} ${text}`)).toEqual([
      "-1 queued at GitHub",
      "0 received by tornade",
      "0 launch 1 on FARGATE_SPOT failed: no Spot capacity",
      "1 launch 2 on FARGATE",
      "2 launch accepted",
      "30 running on tornade-4711-1-2",
      "90 completed: success",
      "91 tornade-4711-1-2 ended: EssentialContainerExited",
    ]);
  });

  it("adds up what all runners made for the job cost, those that live by what they cost so far", () => {
    const [first, later] = [start + 60 * second, start + 120 * second];
    const ended = { at: first, reason: "TaskFailedToStart" };
    const foreign = runnerItem({ name: "tornade-9-1-1", madeFor: "9-1" });
    const gone = runnerItem({ ended });
    const { cost } = toJobView(launchedItem(), [gone, foreign], later);
    const { cost: both } = toJobView(
      launchedItem(),
      [gone, runnerItem({ launchedAt: first })],
      later,
    );

    // An hour: 0.04048 USD for a vCPU, 0.004445 for a GiB, 0.005 for the address.
    expect(cost).toBeCloseTo((0.04048 + 2 * 0.004445 + 0.005) / 60, 9);
    expect(both).toBeCloseTo((2 * (0.04048 + 2 * 0.004445 + 0.005)) / 60, 9);
  });

  it("tells of no duration and no cost that nobody knows", () => {
    const failed = jobItem({ status: "failed", reason: "GitHub refused", times: {} });
    const { computeId: _computeId, ...unlaunched } = runnerItem();
    const view = toJobView(failed, [unlaunched], start);

    expect(Object.keys(view)).not.toContain("cost");
    expect(view).toMatchObject({ state: "failed", reason: "GitHub refused", steps: [] });
    expect([view.waited, view.ran, view.lookedAtIn]).toEqual([undefined, undefined, undefined]);
  });
});
