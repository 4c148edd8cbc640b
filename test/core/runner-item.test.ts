import { describe, expect, it } from "vitest";

import { runnerOfLaunch } from "../../functions/core/runner-item.ts";
import { circumstances, itemsOf, jobItem, queuedJob, runnerItem } from "./builders.ts";

const { repository } = queuedJob();
const initech = { ...repository, fullName: "initech/app", owner: "initech" };

describe("runnerOfLaunch", () => {
  it.each([
    ["moves with an owner who was renamed", { installationId: 42 }, "initech/app", 42],
    [
      "stays where it was registered when the repository went elsewhere",
      { installationId: 43 },
      "acme/app",
      42,
    ],
  ])("%s", (_what, of, fullName, installationId) => {
    const item = jobItem({ job: { ...queuedJob(of), repository: initech } });
    const runner = runnerOfLaunch(itemsOf(runnerItem()), { item, number: 1 }, circumstances());
    expect(runner).toMatchObject({ repository: { fullName }, installationId });
  });

  it("moves with a repository that was renamed", () => {
    const renamed = { ...repository, fullName: "acme/new", owner: "ACME" };
    const item = jobItem({ job: queuedJob({ repository: renamed, installationId: 43 }) });
    const runner = runnerOfLaunch(itemsOf(runnerItem()), { item, number: 1 }, circumstances());
    expect(runner).toMatchObject({ repository: renamed, installationId: 43 });
  });
});
