import { setTimeout as sleep } from "node:timers/promises";

import type { Board } from "./board.ts";
import { demoJobs, findMisses } from "./demo.ts";
import { createJsonLines } from "./json-lines.ts";
import type { Output } from "./output.ts";
import { createPicture } from "./picture.ts";

/** Shows a board whenever it has changed, and says things below it. */
export type Display = {
  readonly show: (board: Board) => void;
  readonly say: (what: string, fields: Readonly<Record<string, string | number>>) => void;
};

/** How often the board is looked at, in milliseconds. */
const lookEvery = 100;

/** A picture for people, or JSON lines for programs. */
export function createDisplay(
  { json }: { readonly json: boolean },
  stdout: Output["stdout"],
): Display {
  return json ? createJsonLines(stdout) : createPicture(stdout);
}

/** Shows the board until it is enough. */
export async function follow(
  readBoard: () => Promise<Board>,
  display: Display,
  isEnough: (board: Board) => boolean,
): Promise<Board> {
  for (;;) {
    const board = await readBoard();
    display.show(board);
    if (isEnough(board)) return board;
    await sleep(lookEvery);
  }
}

/** Says whether every job of the demo got where it should. @returns the exit code */
export function conclude(board: Board, display: Display, jobs = demoJobs): number {
  const misses = findMisses(board, jobs);
  for (const miss of misses) display.say("missed", { job: miss });
  if (misses.length === 0) display.say("demo passed", { jobs: board.length });
  return misses.length === 0 ? 0 : 1;
}
