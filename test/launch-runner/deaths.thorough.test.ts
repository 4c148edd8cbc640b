import { describe, expect, it } from "vitest";

import type { Services } from "../../simulator/services.ts";
import type { Conclusion } from "../../simulator/github/model.ts";
import { listTasks } from "../support/machines.ts";
import {
  createMortalWorld,
  type Death,
  type Interlude,
  type MortalWorld,
} from "../support/mortal-world.ts";
import { repository } from "../support/test-world.ts";

type Scenario = {
  readonly what: string;
  readonly labels: readonly string[];
  readonly conclusion: Conclusion;
  /** Machines that may be alive at the same time. @default 1 */
  readonly most?: number;
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
    disturb: cancel,
  },
  {
    what: "a job whose runner another job takes, which nobody of ours serves",
    labels: ["self-hosted", "tornade"],
    conclusion: "success",
    most: 2,
    prepare: ({ gitHub }) => {
      gitHub.queueJob({ repository, name: "another", labels: ["self-hosted"] });
    },
  },
  {
    what: "a job whose runner cannot start",
    labels: ["tornade"],
    conclusion: "success",
    disturb: failStart,
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
async function play(
  { labels, prepare, disturb }: Scenario,
  death?: Death,
  interlude?: Interlude,
): Promise<MortalWorld> {
  const world = await createMortalWorld(death, interlude);
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
function summarize({ gitHub, machines }: MortalWorld, { most = 1 }: Pick<Scenario, "most">) {
  return {
    conclusions: gitHub.jobs().map(({ conclusion }) => conclusion),
    registrations: gitHub.runners().map(({ name }) => name),
    machines: [...machines.alive],
    tooManyAtOnce: machines.most > most,
  };
}

const nothingLeft = { registrations: [], machines: [], tooManyAtOnce: false };

async function cancel({ gitHub }: Services): Promise<void> {
  for (const { id } of gitHub.jobs()) gitHub.cancelJob(id);
}

async function failStart(services: Services): Promise<void> {
  for (const { taskArn = "" } of await listTasks(services)) {
    services.aws.ecs.failStart(taskArn, "CannotPullContainerError: no such image");
  }
}

describe("createLaunchRunner, createFollowRunner and createReconcile", () => {
  it.each(scenarios)(
    "serve $what with one runner at a time, whichever call an instance dies at or is kept waiting by",
    async (scenario) => {
      // A runner was there for every job that came to an end of its own, or GitHub would still wait.
      const deaths = await findDeaths(scenario);
      expect(deaths.length).toBeGreaterThan(20);
      for (const death of deaths) {
        const world = await play(scenario, death);
        const died = `${death.when} ${world.calls[death.call] ?? ""} (call ${death.call})`;
        const conclusions = world.gitHub.jobs().map(() => scenario.conclusion);
        expect({ died, ...summarize(world, scenario) }).toEqual({
          died,
          conclusions,
          ...nothingLeft,
        });
      }
    },
  );

  it.each([
    ["its job is cancelled", cancel, "cancelled"],
    ["its task cannot start", failStart, "success"],
  ] as const)(
    "leave nothing behind and nobody without a runner where %s between any two calls of a launch",
    async (_what, happen, conclusion) => {
      const scenario = { what: "", labels: ["tornade"], conclusion };
      const { calls } = await play(scenario);
      const launched = calls.indexOf("launch-runner RunTask");
      for (let call = 0; call <= launched + 2; call += 1) {
        const world = await play(scenario, undefined, { call, play: happen });
        const after = `after ${world.calls[call] ?? ""} (call ${call})`;
        expect({ after, ...summarize(world, {}) }).toEqual({
          after,
          conclusions: [conclusion],
          ...nothingLeft,
        });
      }
    },
  );
});
