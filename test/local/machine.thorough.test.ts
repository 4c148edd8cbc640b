import { describe, expect, it } from "vitest";

import { repository } from "../support/test-world.ts";
import { queueJobs } from "./machine-jobs.ts";
import { createMachineStage } from "./machine-stage.ts";

const second = 1_000;
const minute = 60 * second;

describe("startMachine", () => {
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

        expect(gitHub.findJob(id)?.conclusion).toBe("success");
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

      expect(jobs.map(({ id }) => stage.gitHub.findJob(id)?.conclusion)).toEqual(
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
