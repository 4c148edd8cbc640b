import { describe, expect, it } from "vitest";

import type { Conclusion } from "../../simulator/github/model.ts";
import { listTasks } from "../support/machines.ts";
import { createMortalWorld, type Death, type MortalWorld } from "../support/mortal-world.ts";
import { repository } from "../support/test-world.ts";

type Scenario = {
  readonly what: string;
  readonly labels: readonly string[];
  readonly conclusion: Conclusion;
  /** Before the job is queued. */
  readonly prepare?: (world: MortalWorld) => void;
  /** Ten seconds after it was queued. */
  readonly disturb?: (world: MortalWorld) => Promise<void>;
};

const scenarios: readonly Scenario[] = [
  { what: "a job on Fargate", labels: ["tornade"], conclusion: "success" },
  {
    what: "a job on CodeBuild",
    labels: ["tornade", "runs-on=CODEBUILD"],
    conclusion: "success",
  },
  {
    what: "a job that falls back from Spot",
    labels: ["tornade", "runs-on=FARGATE_SPOT"],
    conclusion: "success",
    prepare: ({ aws }) => {
      aws.ecs.setCapacity("FARGATE_SPOT", 0);
    },
  },
  {
    what: "a job whose labels are refused",
    labels: ["tornade", "runs-on=FARGET"],
    conclusion: "failure",
  },
  {
    what: "a job that is cancelled before it starts",
    labels: ["tornade"],
    conclusion: "cancelled",
    disturb: async ({ gitHub }) => {
      for (const { id } of gitHub.jobs()) gitHub.cancelJob(id);
    },
  },
  {
    what: "a job whose runner cannot start",
    labels: ["tornade"],
    conclusion: "success",
    disturb: async (world) => {
      for (const { taskArn = "" } of await listTasks(world)) {
        world.aws.ecs.failStart(taskArn, "CannotPullContainerError: no such image");
      }
    },
  },
  {
    what: "a job whose Spot capacity is taken back before it starts",
    labels: ["tornade", "runs-on=FARGATE_SPOT"],
    conclusion: "success",
    disturb: async (world) => {
      for (const { taskArn = "" } of await listTasks(world)) world.aws.ecs.interruptSpot(taskArn);
    },
  },
];

/** Plays the scenario, with a death in it or without, until long after everything should be over. */
async function play({ labels, prepare, disturb }: Scenario, death?: Death): Promise<MortalWorld> {
  const world = await createMortalWorld(death);
  prepare?.(world);
  world.gitHub.queueJob({ repository, name: "test", labels });
  await world.pass(10);
  await disturb?.(world);
  await world.pass(600);
  return world;
}

/** All calls but the repetitions of the schedule's queries, in which nothing can go wrong twice. */
async function findDeaths(scenario: Scenario): Promise<readonly Death[]> {
  const { calls } = await play(scenario);
  const first = calls.indexOf("reconcile Query");
  return calls.flatMap((name, call) => {
    if (name === "reconcile Query" && call !== first) return [];
    return [
      { call, when: "before" },
      { call, when: "after" },
      { call, when: "late" },
    ] as const;
  });
}

/** What is left of a world, which should be what is left without a death. */
function summarize({ gitHub, machines }: MortalWorld) {
  return {
    conclusions: gitHub.jobs().map(({ conclusion }) => conclusion),
    registrations: gitHub.runners().map(({ name }) => name),
    machines: [...machines.alive],
    twoAtOnce: machines.most > 1,
  };
}

describe("createLaunchRunner, createFollowRunner and createReconcile", () => {
  it.each(scenarios)(
    "serve $what with one runner at a time, whichever call an instance dies at or is kept waiting by",
    { timeout: 120_000 },
    async (scenario) => {
      // A runner was there for every job that came to an end of its own, or GitHub would still wait.
      const deaths = await findDeaths(scenario);
      expect(deaths.length).toBeGreaterThan(20);
      for (const death of deaths) {
        const world = await play(scenario, death);
        const died = `${death.when} ${world.calls[death.call] ?? ""} (call ${death.call})`;
        expect({ died, ...summarize(world) }).toEqual({
          died,
          conclusions: [scenario.conclusion],
          registrations: [],
          machines: [],
          twoAtOnce: false,
        });
      }
    },
  );
});
