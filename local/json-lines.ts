import type { Board } from "./board.ts";
import type { Display } from "./display.ts";

/** Writes one JSON object a line: a job whenever something about it has changed. */
export function createJsonLines(stdout: NodeJS.WritableStream): Display {
  const written = new Map<number, string>();
  const write = (value: unknown): void => {
    stdout.write(`${JSON.stringify(value)}\n`);
  };
  return {
    show: (board: Board) => {
      for (const row of board) {
        const line = JSON.stringify(row);
        if (written.get(row.id) === line) continue;
        written.set(row.id, line);
        write({ event: "job", ...row });
      }
    },
    say: (what, fields) => {
      write({ event: what, ...fields });
    },
  };
}
