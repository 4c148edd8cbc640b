import { describe, expect, it } from "vitest";

import { toShownState } from "../../local/shown-state.ts";
import { jobItem, launchedItem, launchingItem, runningItem, start } from "../core/builders.ts";

const completed = { completed: start };

describe("toShownState", () => {
  it.each([
    ["has no row yet", undefined, "queued"],
    ["waits", jobItem(), "waiting"],
    ["is being launched", launchingItem(), "launching"],
    ["has a runner that starts", launchedItem(), "starting"],
    ["runs", runningItem(), "running"],
    ["succeeded", jobItem({ conclusion: "success", times: completed }), "done"],
    ["failed", jobItem({ conclusion: "failure", times: completed }), "failed"],
    ["timed out", jobItem({ conclusion: "timed_out", times: completed }), "failed"],
    ["was cancelled", jobItem({ conclusion: "cancelled", times: completed }), "cancelled"],
    ["was skipped", jobItem({ conclusion: "skipped", times: completed }), "cancelled"],
    ["was given up", jobItem({ status: "failed" }), "failed"],
    ["was refused", jobItem({ refusal: "no", conclusion: "failure", times: completed }), "refused"],
  ] as const)("of a job that %s", (_what, item, state) => {
    expect(toShownState(item)).toBe(state);
  });
});
