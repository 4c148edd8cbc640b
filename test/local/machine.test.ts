import { describe, expect, it } from "vitest";

import { repository } from "../support/test-world.ts";
import { queueJobs } from "./machine-jobs.ts";
import { createMachineStage } from "./machine-stage.ts";

const second = 1_000;
const minute = 60 * second;

describe("startMachine", () => {
  it("gives every job one runner, wherever its labels would have it run", async () => {
    const stage = createMachineStage();
    const machine = await stage.startDispatcher();
    const jobs = queueJobs(stage);
    await stage.timeline.advance(minute);

    const seen = jobs.map(({ id }) => stage.gitHub.findJob(id));
    expect(seen.map((job) => job?.conclusion)).toEqual(jobs.map(() => "success"));
    const places = stage.containers.launches.map(({ provider }) => provider);
    expect(places.toSorted()).toEqual([
      "CODEBUILD",
      "CODEBUILD",
      "FARGATE",
      "FARGATE",
      "FARGATE_SPOT",
    ]);
    expect(stage.containers.containers.size).toBe(0);
    expect(stage.gitHub.runners()).toEqual([]);
    const items = machine.platform.ledger.list();
    const statuses = items.flatMap((item) => (item.kind === "job" ? item.status : []));
    expect(statuses).toEqual(jobs.map(() => "completed"));
    expect(machine.platform.queue.nextVisibleAt()).toBeUndefined();
    expect(machine.platform.queue.deadLetters()).toEqual([]);
    await machine.stop();
  });

  it("tells a job in its own log why it is refused", async () => {
    const stage = createMachineStage();
    await stage.startDispatcher();
    const { id } = stage.gitHub.queueJob({
      repository,
      name: "slip",
      labels: ["tornade", "runs-on=FARGET"],
    });
    await stage.timeline.advance(minute);

    expect(stage.gitHub.findJob(id)).toMatchObject({
      conclusion: "failure",
      annotations: [
        "tornade: label 'runs-on=FARGET' is unknown; use FARGATE, FARGATE_SPOT or CODEBUILD",
      ],
    });
  });

  it("replaces a runner that ended before it took its job", async () => {
    const stage = createMachineStage();
    await stage.startDispatcher();
    const jobs = queueJobs(stage);
    const [job] = jobs;
    await stage.timeline.advance(1.2 * second);
    const [first] = stage.containers.launches;
    await stage.containers.provider.stop(`container-${first?.runnerName}`, "for the test");
    await stage.timeline.advance(minute);

    expect(stage.gitHub.findJob(job?.id ?? 0)?.conclusion).toBe("success");
    expect(stage.containers.launches).toHaveLength(jobs.length + 1);
    expect(stage.containers.most.alive).toBe(1);
  });

  it("hears of a runner that ended while no dispatcher was there", async () => {
    const stage = createMachineStage();
    const first = await stage.startDispatcher();
    const jobs = queueJobs(stage);
    const [job] = jobs;
    await stage.timeline.advance(1.2 * second);
    first.kill();
    const [launch] = stage.containers.launches;
    await stage.containers.provider.stop(`container-${launch?.runnerName}`, "for the test");
    await stage.timeline.advance(10 * second);
    await stage.startDispatcher();
    await stage.timeline.advance(10 * second);

    expect(stage.gitHub.findJob(job?.id ?? 0)?.conclusion).toBe("success");
    expect(stage.containers.containers.size).toBe(0);
  });

  it("has GitHub deliver again what was sent while no dispatcher was there", async () => {
    const stage = createMachineStage();
    const jobs = queueJobs(stage);
    await stage.timeline.advance(10 * second);
    await stage.startDispatcher();
    await stage.timeline.advance(3 * minute);

    expect(jobs.map(({ id }) => stage.gitHub.findJob(id)?.conclusion)).toEqual(
      jobs.map(() => "success"),
    );
  });
});
