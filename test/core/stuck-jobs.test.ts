import { describe, expect, it } from "vitest";

import { outOfReach } from "../../functions/core/not-found.ts";
import { findStuckJobs } from "../../functions/core/stuck-jobs.ts";
import { jobItem, launchedItem, runnerItem, start } from "./builders.ts";

const minutes = (count: number) => start - count * 60_000;

describe("findStuckJobs", () => {
  it.each([
    ["a job that nobody saw to for more than ten minutes", jobItem({ wakeAt: minutes(11) }), 1],
    [
      "a job that waits longer than any may",
      jobItem({ wakeAt: start, times: { received: minutes(141) } }),
      1,
    ],
    [
      "no job that had a runner lately",
      jobItem({ wakeAt: start, times: { received: minutes(999), launched: minutes(140) } }),
      0,
    ],
    [
      "a job of which GitHub says nothing since its runner",
      jobItem({ wakeAt: start, times: { received: minutes(999), launched: minutes(141) } }),
      1,
    ],
    ["no job that has just come", jobItem({ wakeAt: start, times: {} }), 0],
    ["no job that may wait", jobItem({ wakeAt: start, times: { received: minutes(140) } }), 0],
    [
      "no job that waits for its runner",
      launchedItem({ wakeAt: start, times: { received: minutes(999) } }),
      0,
    ],
    [
      "no refused job that waits for its turn",
      jobItem({ wakeAt: start, refusal: "no", times: { received: minutes(999) } }),
      0,
    ],
    [
      "no job of a repository that the App does not reach",
      jobItem({ wakeAt: start, reason: outOfReach, times: { received: minutes(999) } }),
      0,
    ],
    ["no job that is just due", jobItem({ wakeAt: minutes(9) }), 0],
    ["no job that waits for GitHub's next word", { ...jobItem(), wakeAt: undefined }, 0],
    ["no job that failed", jobItem({ status: "failed", wakeAt: minutes(11) }), 0],
    ["no runner", runnerItem({ wakeAt: minutes(11) }), 0],
  ])("finds %s", (...[, item, count]) => {
    const { wakeAt, ...rest } = item;
    const open = [wakeAt === undefined ? rest : { ...rest, wakeAt }];
    expect(findStuckJobs(open, { now: start, capacityDeadline: 7_200_000 })).toEqual(
      count === 0 ? [] : [item.id],
    );
  });
});
