import type { WireService } from "../wire.ts";
import type { Dice } from "./dice.ts";
import { membersOf, operationOf } from "./fault-answers.ts";
import { namedJobs } from "./named-jobs.ts";

const second = 1_000;
const minute = 60_000;

/** Lets some of the tasks that RunTask starts come to nothing, or lose their Spot capacity. */
export function doomTasks(dice: Dice, spot: SpotPlans, next: WireService): WireService {
  return async (request) => {
    const answer = await next(request);
    if (operationOf(request) !== "RunTask" || answer.status >= 400) return answer;
    const arn = /"taskArn":"([^"]+)"/u.exec(answer.body)?.[1];
    if (arn === undefined) return answer;
    const jobs = namedJobs(request.body);
    doomStart(dice, arn, jobs);
    const strategy = JSON.stringify(membersOf(request.body)["capacityProviderStrategy"] ?? []);
    if (strategy.includes("FARGATE_SPOT")) doomSpot({ dice, spot, arn, jobs });
    return answer;
  };
}

/** Lets some of the builds that StartBuild starts never get as far as their runner. */
export function doomBuilds(dice: Dice, next: WireService): WireService {
  return async (request) => {
    const answer = await next(request);
    if (operationOf(request) !== "StartBuild" || answer.status >= 400) return answer;
    const id = /"id":"([^"]+)"/u.exec(answer.body)?.[1];
    if (id !== undefined && dice.strikes("never-provisioned", namedJobs(request.body))) {
      dice.services().aws.codeBuild.stallStart(id);
    }
    return answer;
  };
}

function doomStart(dice: Dice, arn: string, jobs: readonly number[]): void {
  const { ecs } = dice.services().aws;
  const fail = (reason: string): void => {
    attempt(() => {
      ecs.failStart(arn, reason);
    });
  };
  if (dice.strikes("never-pulls", jobs)) {
    dice.timeline.after(13 * second, () => {
      attempt(() => {
        ecs.stallStart(arn);
      });
    });
    dice.timeline.after(20 * minute, () => {
      fail("CannotPullContainerError: pull image manifest has been retried 7 time(s)");
    });
  } else if (dice.strikes("start-fails", jobs)) {
    dice.timeline.after(dice.between("start-fails", second, 25 * second), () => {
      fail(startFailures[Math.floor(dice.between("start-fails", 0, startFailures.length))] ?? "");
    });
  }
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
const startFailures = [
  "ResourceInitializationError: unable to pull secrets or registry auth",
  "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-1': InsufficientFreeAddressesInSubnet",
];

/** Spot tasks that are going to be interrupted, and when. */
export type SpotPlans = Map<string, "during" | "after">;

type Doom = {
  readonly dice: Dice;
  readonly spot: SpotPlans;
  readonly arn: string;
  readonly jobs: readonly number[];
};

function doomSpot({ dice, spot, arn, jobs }: Doom): void {
  if (dice.strikes("spot-before", jobs)) {
    dice.timeline.after(dice.between("spot-before", 0, 33 * second), () => {
      interrupt(dice, arn);
    });
  } else if (dice.strikes("spot-during", jobs)) spot.set(arn, "during");
  else if (dice.strikes("spot-after", jobs)) spot.set(arn, "after");
}

/** Takes the capacity of a Spot task back, in either way that ECS tells of. */
export function interrupt(dice: Dice, arn: string): void {
  const code = dice.between("spot-before", 0, 1) < 0.5 ? "SpotInterruption" : "TerminationNotice";
  attempt(() => {
    dice.services().aws.ecs.interruptSpot(arn, code);
  });
}

// By then the task may have gone its way, and ECS have forgotten it.
function attempt(doom: () => void): void {
  try {
    doom();
  } catch {
    // Nothing is left that could go wrong.
  }
}
