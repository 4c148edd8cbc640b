import type { Machine, Program, StartProgram } from "../machine.ts";
import type { WireService } from "../wire.ts";
import type { Dice } from "./dice.ts";
import { membersOf, operationOf } from "./fault-answers.ts";
import { namedJobs } from "./named-jobs.ts";

const second = 1_000;
const minute = 60_000;

/** Exit codes of a listener whose session is somebody else's, and of a process that was ended. */
const exitCodes = { conflict: 5, killed: 137, terminated: 143 } as const;

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

function interrupt(dice: Dice, arn: string): void {
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

/** Machines boot slowly, never get as far as GitHub, die, hang, lose their capacity, and find their session taken. */
export function wrapProgram(dice: Dice, spot: SpotPlans, next: StartProgram): StartProgram {
  return (given) => {
    const jobs = namedJobs(given.environment["RUNNER_NAME"] ?? "");
    const machine = hangOrEnd(dice, planInterruption(dice, spot, given), jobs);
    if (dice.strikes("never-connects", jobs)) return stall(machine);
    if (dice.strikes("session-conflict", jobs)) return conflict(dice, machine);
    if (dice.strikes("slow-start", jobs)) return startLate(dice, machine, next);
    const program = next(machine);
    if (dice.strikes("machine-dies", jobs)) dieLater(dice, machine, program);
    return program;
  };
}

function planInterruption(dice: Dice, spot: SpotPlans, machine: Machine): Machine {
  const plan = spot.get(machine.id);
  spot.delete(machine.id);
  if (plan === "during") {
    dice.timeline.after(dice.between("spot-during", 3 * second, 30 * second), () => {
      interrupt(dice, machine.id);
    });
  }
  if (plan !== "after") return exitingOnce(machine);
  return exitingOnce({
    ...machine,
    exit: (exitCode) => {
      interrupt(dice, machine.id);
      dice.timeline.after(second, () => {
        machine.exit(exitCode);
      });
    },
  });
}

/** What is to end does so much later, unless somebody stops the machine: it is killed then. */
function hangOrEnd(dice: Dice, machine: Machine, jobs: readonly number[]): Machine {
  if (!dice.strikes("machine-hangs", jobs)) return machine;
  return {
    ...machine,
    exit: (exitCode) => {
      // Nobody looks at a job any more that has been over for an hour.
      dice.timeline.after(50 * minute, () => {
        machine.exit(exitCode);
      });
    },
  };
}

function exitingOnce(machine: Machine): Machine {
  let isOver = false;
  return {
    ...machine,
    exit: (exitCode) => {
      if (isOver) return;
      isOver = true;
      machine.exit(exitCode);
    },
  };
}

/** Finds no way to GitHub, and tries for ever. */
function stall(machine: Machine): Program {
  return {
    terminate: () => {
      machine.exit(exitCodes.terminated);
    },
    kill: () => {},
  };
}

/** Somebody else holds the session: the listener gives up without ever having listened. */
function conflict({ timeline }: Dice, machine: Machine): Program {
  const cancel = timeline.after(5 * second, () => {
    machine.exit(exitCodes.conflict);
  });
  return {
    terminate: () => {
      cancel();
      machine.exit(exitCodes.conflict);
    },
    kill: cancel,
  };
}

function startLate(dice: Dice, machine: Machine, next: StartProgram): Program {
  let program: Program | undefined;
  const wait = dice.between("slow-start", 20 * second, 150 * second);
  const cancel = dice.timeline.after(wait, () => {
    program = next(machine);
  });
  return {
    terminate: () => {
      cancel();
      if (program === undefined) machine.exit(0);
      else program.terminate();
    },
    kill: () => {
      cancel();
      program?.kill();
    },
  };
}

function dieLater(dice: Dice, machine: Machine, program: Program): void {
  dice.timeline.after(dice.between("machine-dies", second, minute), () => {
    program.kill();
    machine.exit(exitCodes.killed);
  });
}
