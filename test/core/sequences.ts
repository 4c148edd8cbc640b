import type { SingleStep, Step } from "./model.ts";

/** The runner ends while its launcher, who has just recorded it, still writes the job's row. */
const endedWhileRecorded: readonly Step[] = [
  one("deliver", 0),
  one("go-on", 7, 5),
  one("run", 0),
  one("die", 0),
  one("go-on", 0, 2),
  one("deliver", 0),
  one("run", 1),
];

/** A job is found robbed because it is overdue, before the news of the robber has been seen to. */
const robbedAndOverdue: readonly Step[] = [
  one("queue", 0),
  one("run", 0),
  one("deliver", 3),
  one("deliver", 0),
  one("go-on", 7, 5),
  one("run", 0),
  one("assign", 5),
  { kind: "interleave", seed: 0 },
  one("deliver", 0),
  one("queue", 0),
  one("assign", 0),
  one("go-on", 0, 5),
  { kind: "advance", milliseconds: 300000 },
  one("queue", 0),
  { kind: "reconcile" },
  one("deliver", 5),
  { kind: "foresee", outcome: { kind: "no-capacity", message: "as told" } },
  one("run", 0),
];

/** The runner of an overdue job is given up, and found alive before it is gone. */
const adoptedAndRetired: readonly Step[] = [
  one("go-on", 0, 8),
  { kind: "advance", milliseconds: 300_000 },
  { kind: "reconcile" },
  one("deliver-twice", 0),
  one("fail", 0),
  one("deliver-twice", 6),
  one("go-on", 0, 11),
  one("deliver-twice", 5),
  one("run", 3),
];

/** A runner is given up, then found alive, and whoever found it dies while recording that. */
const adoptedAndDead: readonly Step[] = [
  one("fail", 0, 8),
  { kind: "advance", milliseconds: 300_000 },
  { kind: "reconcile" },
  one("deliver-twice", 1),
  one("deliver", 0),
  one("deliver", 1),
  one("deliver", 0),
  one("fail", 1),
  one("go-on", 4, 13),
  one("go-on", 0, 8),
  one("fail", 0, 13),
];

/** Late news that a runner was taken whose own job was launched anew, and runs on a third one. */
const launchedAnewAndLeft: readonly Step[] = [
  one("fail", 0, 5),
  one("queue", 5),
  one("assign", 0),
  one("deliver", 1),
  one("crash", 0),
  one("run", 0),
  one("deliver", 0),
  one("assign", 0),
  one("deliver", 0),
  one("lose", 0),
  { kind: "advance", milliseconds: 300_000 },
  { kind: "reconcile" },
  one("deliver", 0),
  { kind: "advance", milliseconds: 3_600_000 },
  one("deliver", 0),
  one("deliver", 0),
  one("deliver", 4),
  { kind: "interleave", seed: 0 },
  { kind: "remind" },
  one("assign", 0),
];

/** Whoever is told by GitHub that an overdue job runs writes that down, and dies. */
const foundRunning: readonly Step[] = [
  one("deliver", 0),
  { kind: "interleave", seed: 0 },
  one("assign", 4),
  { kind: "advance", milliseconds: 3_600_000 },
  one("lose", 0),
  one("cancel", 0),
  one("deliver", 0),
  one("go-on", 0, 5),
  { kind: "reconcile" },
  one("deliver", 0),
  one("fail", 7, 13),
];

/** The news of a cancelled job that had been robbed gets through to the ledger, and not further. */
const toldAgain: readonly Step[] = [
  one("queue", 5),
  one("deliver", 1),
  one("cancel", 0),
  one("deliver", 0),
  { kind: "interleave", seed: 0 },
  one("assign", 0),
  one("deliver", 3),
  { kind: "interleave", seed: 0 },
  one("cancel", 0),
  one("deliver", 3),
  one("fail", 0, 5),
];

/** A job is cancelled while its launch is recorded: the runner is taken back without its registration. */
const takenBackInVain: readonly Step[] = [
  one("go-on", 0, 10),
  one("deliver-twice", 0),
  one("deliver-twice", 0),
  one("assign", 0),
  one("deliver-twice", 3),
  one("cancel", 0),
  one("deliver", 5),
  one("deliver", 3),
  { kind: "interleave", seed: 660348294 },
];

/** A job that is being launched runs on another runner, and its launcher dies while recording its own. */
const launchedAndDead = robWhileLaunching(1, 12);

/** The same, and its launcher dies just after that. */
const launchedAndForgotten = robWhileLaunching(2, 13);

/** An earlier runner of a job is found alive, and taken by another job while that is recorded. */
const adoptedAndRobbed: readonly Step[] = [
  one("deliver", 0),
  one("crash", 0, 1),
  { kind: "advance", milliseconds: 20_000 },
  { kind: "reconcile" },
  one("deliver", 0),
  one("cancel", 0),
  one("queue", 3),
  { kind: "interleave", seed: 0 },
  one("deliver", 0),
  one("fail", 0, 5),
  one("crash", 0, 3),
  { kind: "remind" },
  one("deliver", 7),
  one("assign", 1),
  one("deliver", 0),
  one("deliver", 6),
  one("deliver", 0),
  { kind: "advance", milliseconds: 300_000 },
  one("deliver", 1),
  one("deliver", 2),
  one("go-on", 1, 11),
];

/** An overdue job is given to its runner between being read at GitHub and that runner being read. */
const takenWhileChecked: readonly Step[] = [
  one("deliver-twice", 0),
  one("run", 0),
  one("go-on", 0, 1),
  { kind: "advance", milliseconds: 300_000 },
  { kind: "advance", milliseconds: 300_000 },
  one("deliver", 0),
  { kind: "reconcile" },
  one("deliver-twice", 2),
  one("go-on", 3, 3),
  one("assign", 0),
  one("fail", 0),
  one("fail", 0, 12),
  one("deliver", 0),
  one("deliver", 0),
  one("deliver", 0),
  { kind: "interleave", seed: 0 },
];

/** Sequences that once broke a promise, by what happens in them. */
export const sequences: readonly (readonly [happening: string, steps: readonly Step[]])[] = [
  ["a runner ends while it is recorded", endedWhileRecorded],
  ["an overdue job turns out to be robbed", robbedAndOverdue],
  ["a runner that is given up is found alive", adoptedAndRetired],
  ["whoever found it alive dies while recording that", adoptedAndDead],
  ["a job runs on another's runner, and has a new one of its own", launchedAnewAndLeft],
  ["whoever finds a job running dies before it sees to what that leaves", foundRunning],
  ["the end of a robbed job is told again", toldAgain],
  ["a job is cancelled while its launch is recorded", takenBackInVain],
  ["whoever launches a job that runs by then dies while recording that", launchedAndDead],
  ["whoever launched a job that runs by then dies before it looks around", launchedAndForgotten],
  ["a runner that is found alive is taken while that is recorded", adoptedAndRobbed],
  ["an overdue job is given to its runner while it is checked", takenWhileChecked],
];

// How many gates the launcher passes before its job is given to another runner, and then before it dies.
function robWhileLaunching(before: number, after: number): readonly Step[] {
  return [
    { kind: "interleave", seed: 0 },
    one("queue", 0),
    one("deliver-twice", 0),
    one("deliver", 3),
    one("deliver", 0),
    one("cancel", 0),
    one("assign", 0),
    one("run", 0),
    one("go-on", 0, before),
    one("deliver", 1),
    one("deliver-twice", 0),
    one("run", 6),
    one("go-on", 0, after),
    one("go-on", 0, 2),
    { kind: "advance", milliseconds: 300_000 },
  ];
}

function one(kind: SingleStep["kind"], index: number, gates = 0): SingleStep {
  return { kind, index, gates };
}
