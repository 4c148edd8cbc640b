import { describe, expect, it } from "vitest";

import { repository } from "../support/test-world.ts";
import { createMachineStage } from "./machine-stage.ts";

const second = 1_000;
const minute = 60 * second;

/** What the workflow of the demo asks for. */
const labelSets = [
  ["tornade", "runs-on=FARGATE", "arch=X86_64"],
  ["tornade", "runs-on=FARGATE", "arch=ARM64"],
  ["tornade", "runs-on=FARGATE_SPOT"],
  ["tornade", "runs-on=CODEBUILD", "arch=X86_64"],
  ["tornade/77/runs-on=CODEBUILD/arch=ARM64"],
] as const;

function queueJobs({ gitHub }: Pick<ReturnType<typeof createMachineStage>, "gitHub">) {
  return labelSets.map((labels) =>
    gitHub.queueJob({ repository, name: "test", labels, durationMilliseconds: 5 * second }),
  );
}

describe("startMachine", () => {
  it("gives every job one runner, wherever its labels would have it run", async () => {
    const stage = createMachineStage();
    const machine = await stage.startDispatcher();
    const jobs = queueJobs(stage);
    await stage.timeline.advance(minute);

    const seen = jobs.map(({ id }) => stage.gitHub.job(id));
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

    expect(stage.gitHub.job(id)).toMatchObject({
      conclusion: "failure",
      annotations: [
        "tornade: label 'runs-on=FARGET' is unknown; use FARGATE, FARGATE_SPOT or CODEBUILD",
      ],
    });
  });

  it("replaces a runner that ended before it took its job", async () => {
    const stage = createMachineStage();
    await stage.startDispatcher();
    const [job] = queueJobs(stage);
    await stage.timeline.advance(1.2 * second);
    const [first] = stage.containers.launches;
    await stage.containers.provider.stop(`container-${first?.runnerName}`, "for the test");
    await stage.timeline.advance(minute);

    expect(stage.gitHub.job(job?.id ?? 0)?.conclusion).toBe("success");
    expect(stage.containers.launches).toHaveLength(labelSets.length + 1);
    expect(stage.containers.most.alive).toBe(1);
  });

  it("hears of a runner that ended while no dispatcher was there", async () => {
    const stage = createMachineStage();
    const first = await stage.startDispatcher();
    const [job] = queueJobs(stage);
    await stage.timeline.advance(1.2 * second);
    first.kill();
    const [launch] = stage.containers.launches;
    await stage.containers.provider.stop(`container-${launch?.runnerName}`, "for the test");
    await stage.timeline.advance(10 * second);
    await stage.startDispatcher();
    await stage.timeline.advance(10 * second);

    expect(stage.gitHub.job(job?.id ?? 0)?.conclusion).toBe("success");
    expect(stage.containers.containers.size).toBe(0);
  });

  it("has GitHub deliver again what was sent while no dispatcher was there", async () => {
    const stage = createMachineStage();
    const jobs = queueJobs(stage);
    await stage.timeline.advance(10 * second);
    await stage.startDispatcher();
    await stage.timeline.advance(3 * minute);

    expect(jobs.map(({ id }) => stage.gitHub.job(id)?.conclusion)).toEqual(
      jobs.map(() => "success"),
    );
  });

  it.each(["before a call", "after a call", "before a write"] as const)(
    "gives a job one runner although it is killed %s, whichever",
    async (when) => {
      let deaths = 0;
      for (;;) {
        const stage = createMachineStage();
        const { timeline, gitHub, containers, startDispatcher } = stage;
        const machine = await startDispatcher({ when, count: deaths });
        const { id } = gitHub.queueJob({ repository, name: "test", labels: ["tornade"] });
        await timeline.advance(20 * second);
        const isDead = machine.isDead();
        machine.kill();
        await startDispatcher();
        await timeline.advance(5 * minute);

        expect(gitHub.job(id)?.conclusion).toBe("success");
        expect(containers.most.alive).toBe(1);
        expect(containers.containers.size).toBe(0);
        expect(gitHub.runners()).toEqual([]);
        if (!isDead) break;
        deaths += 1;
      }
      expect(deaths).toBeGreaterThan(8);
    },
  );

  it.each(Array.from({ length: 10 }, (_, seed) => seed + 1))(
    "gives every job one runner although it is killed ten times (seed %d)",
    async (seed) => {
      const stage = createMachineStage(seed);
      const jobs = queueJobs(stage);
      for (let kills = 0; kills < 10; kills += 1) {
        const machine = await stage.startDispatcher();
        await stage.timeline.advance(Math.ceil(stage.random() * 3 * second));
        machine.kill();
        await stage.timeline.advance(Math.ceil(stage.random() * second));
      }
      const last = await stage.startDispatcher();
      await stage.timeline.advance(20 * minute);

      expect(jobs.map(({ id }) => stage.gitHub.job(id)?.conclusion)).toEqual(
        jobs.map(() => "success"),
      );
      expect(stage.containers.most.alive).toBe(1);
      expect(stage.containers.containers.size).toBe(0);
      expect(stage.gitHub.runners()).toEqual([]);
      expect(last.platform.queue.deadLetters()).toEqual([]);
      await last.stop();
    },
  );
});
