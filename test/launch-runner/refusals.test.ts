import { describe, expect, it } from "vitest";

import { settingNames } from "../../functions/adapters/settings.ts";
import { createLaunchRunner } from "../../functions/launch-runner/launch-runner.ts";
import { listBuilds, listTasks } from "../support/machines.ts";
import {
  createTestWorld,
  readJobItem,
  repository,
  start,
  type TestWorld,
} from "../support/test-world.ts";
import { badLabels, createFlood, flood, refusedJobs } from "./refusal-flood.ts";

const hour = 3_600;

function runDry({ aws }: TestWorld): void {
  for (const provider of ["FARGATE", "FARGATE_SPOT"] as const) aws.ecs.setCapacity(provider, 0);
}

describe("createLaunchRunner when a job finds no capacity", () => {
  it("fails it in its own log at the deadline, with all that was tried", async () => {
    const world = await createTestWorld();
    runDry(world);
    const job = world.queueJob({ labels: ["tornade", "runs-on=FARGATE_SPOT", "cpu=16"] });
    await world.pass(hour - 60);
    expect(world.gitHub.jobs()).toMatchObject([{ status: "queued" }]);
    await world.pass(660);
    const [refused] = refusedJobs(world);
    expect(refused?.annotations).toEqual([
      expect.stringMatching(
        /^tornade: no runner could be started in 6\d min: FARGATE_SPOT: Capacity is unavailable [^;]*; FARGATE: Capacity is unavailable [^;]*; ask for a smaller size, or for another provider with runs-on=$/u,
      ),
    ]);
    const item = await readJobItem(world, job);
    expect(item).toMatchObject({
      status: "refused",
      spec: { cpu: 1, rungs: ["FARGATE", "CODEBUILD", "FARGATE_SPOT"] },
    });
    expect(item.launches.at(-1)).toMatchObject({ provider: "CODEBUILD", outcome: "started" });
    expect(world.lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    await world.pass(600);
    const left = [await listTasks(world), await listBuilds(world), world.gitHub.runners()];
    expect(left.flat()).toEqual([]);
  });

  it("serves it when there is capacity a little before the deadline", async () => {
    const world = await createTestWorld();
    runDry(world);
    world.queueJob();
    await world.pass(hour - 600);
    world.aws.ecs.setCapacity("FARGATE", 10);
    await world.pass(900);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success", annotations: [] }]);
  });

  it("waits as long as the operator lets it", async () => {
    const env = { [settingNames.capacityDeadline]: "5" };
    const world = await createTestWorld({ env });
    runDry(world);
    world.queueJob();
    await world.pass(1_200);
    expect(refusedJobs(world)).toHaveLength(1);
  });
});

describe("createLaunchRunner when many jobs of a repository are refused", () => {
  it("says in the row of each of the others when it will be told", async () => {
    const world = await createFlood({ [settingNames.refusalsPerHour]: "60" });
    await world.pass(300);
    const items = await Promise.all(
      world.gitHub.jobs().map(async (job) => readJobItem(world, job)),
    );
    const parked = items.filter(({ status }) => status === "parked");
    expect(parked).toHaveLength(40);
    for (const { reason = "", wakeAt = 0 } of parked) {
      expect(reason).toMatch(/^refused, and reported in \d+ min, as .*'runs-on=FARGET'/u);
      expect(wakeAt).toBeGreaterThanOrEqual(start + 3_600_000);
    }
  });

  it("serves and refuses jobs of other repositories meanwhile", async () => {
    const world = await createFlood();
    await world.pass(60);
    world.queueJob({ repository: "acme/other", labels: ["tornade", "fine"] });
    world.queueJob({ repository: "acme/other", labels: badLabels });
    world.queueJob({ repository, labels: ["tornade", "fine as well"] });
    await world.pass(300);
    expect(refusedJobs(world)).toHaveLength(21);
    const later = world.gitHub.jobs().slice(flood);
    expect(later.map(({ conclusion }) => conclusion)).toEqual(["success", "failure", "success"]);
  });
});

describe("createLaunchRunner", () => {
  it("refuses at its start to limit refusals to none", async () => {
    const world = await createTestWorld();
    const env = { ...world.surroundings.env, [settingNames.refusalsPerHour]: "0" };
    await expect(createLaunchRunner({ ...world.surroundings, env })).rejects.toThrow(
      "TORNADE_REFUSALS_PER_HOUR should be a whole number from 1 to 1000, got '0'",
    );
  });
});
