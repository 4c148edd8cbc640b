import { mostRefusedLosses } from "../../functions/core/waits.ts";
import type { Runner } from "../github/model.ts";
import type { Services } from "../services.ts";
import { createBatches } from "./batches.ts";
import type { FaultOptions, Faults } from "./contract.ts";
import { createDice, type Dice } from "./dice.ts";
import { betweenEvents } from "./event-faults.ts";
import type { FaultName } from "./fault-rates.ts";
import { betweenGitHub } from "./github-faults.ts";
import { doomJob } from "./job-faults.ts";
import { createLambdaPolicy } from "./lambda-faults.ts";
import { disturbLaunches } from "./launch-faults.ts";
import { disturbLedger } from "./ledger-faults.ts";
import { wrapProgram } from "./machine-faults.ts";
import { betweenQueue, disorderMessages, poisonQueue } from "./queue-faults.ts";
import { namedJobs } from "./named-jobs.ts";
import { doomRunner } from "./runner-faults.ts";
import { doomBuilds, doomTasks, type SpotPlans } from "./start-faults.ts";
import { createStrikes, type Strikes } from "./strikes.ts";
import { betweenWebhook, planDeliveries } from "./webhook-faults.ts";

/** Faults that remember what they did, for whoever has to tell a fault's doing from a mistake. */
export type RecordedFaults = Faults & { readonly strikes: Strikes };

/** Every fault that is switched on, at its seam. */
export function createFaults(options: FaultOptions<FaultName>): RecordedFaults {
  const strikes = createStrikes();
  const batches = createBatches();
  const dice = createDice(options, strikes);
  const spot: SpotPlans = new Map();
  const disturb = disturbLaunches(dice);
  const poison = poisonQueue(dice);
  const haunt = once(() => {
    hauntGitHub(dice, dice.services());
  });
  return {
    betweenAws: (next) => {
      const launches = disturb(doomTasks(dice, spot, doomBuilds(dice, next)));
      return disorderMessages(dice, poison(disturbLedger(dice, launches)));
    },
    betweenGitHub: (next) => betweenGitHub(dice, batches, next),
    betweenWebhook: (next) => {
      const deliver = betweenWebhook(dice, batches, next);
      return async (request) => {
        haunt();
        return deliver(request);
      };
    },
    betweenEvents: (next) => betweenEvents(dice, batches, next),
    betweenQueue: (next) => betweenQueue(dice, batches, next),
    wrapProgram: (startProgram) => wrapProgram(dice, spot, startProgram),
    lambdaPolicy: createLambdaPolicy(dice, batches),
    counts: () => strikes.counts(),
    strikes,
  };
}

/** From the first webhook on: before it there is nothing to haunt. */
function hauntGitHub(dice: Dice, { gitHub }: Services): void {
  let repository = "";
  gitHub.planFaults({
    planDeliveries: (departure) => planDeliveries(dice, departure),
    losesMessage: ({ id }) => dice.strikes("message-missed", [id]),
    bindsForGood: ({ id }, runner) => bindForGood(dice, id, runner),
  });
  gitHub.watch({
    onJob: (job) => {
      ({ repository } = job);
      if (job.status === "queued") doomJob(dice, job);
    },
    onRunner: (runner, change) => {
      if (change === "registered" && repository !== "") doomRunner(dice, runner, repository);
    },
  });
}

/**
 * Each of the runners that replace the dead one is its doing. Where that is another job's nothing tells
 * who is bound to it, and the job loses as many as any may. Told why, people cancel the run.
 */
function bindForGood(dice: Dice, id: number, { name }: Runner): boolean {
  if (!dice.strikes("bound-for-good", [id])) return false;
  const replacements = namedJobs(name).includes(id) ? 4 : mostRefusedLosses;
  for (let count = 1; count < replacements; count += 1) dice.note("bound-for-good", [id]);
  dice.timeline.after(45 * 60_000, () => {
    dice.services().gitHub.cancelJob(id);
  });
  return true;
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
