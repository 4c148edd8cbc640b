import type { Machine, Program, StartProgram } from "../machine.ts";
import type { Dice } from "./dice.ts";
import { namedJobs } from "./named-jobs.ts";
import { interrupt, type SpotPlans } from "./start-faults.ts";

const second = 1_000;
const minute = 60_000;

/** Exit codes of a listener whose session is somebody else's, and of a process that was ended. */
const exitCodes = { conflict: 5, killed: 137, terminated: 143 } as const;

/** Machines boot slowly, never get to GitHub, die, hang, lose their capacity, find their session taken. */
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
