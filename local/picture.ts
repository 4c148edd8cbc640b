import type { Board, JobRow } from "./board.ts";
import type { Display } from "./display.ts";
import { wrap } from "./wrap.ts";

type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Draws the board in place on a terminal; elsewhere writes a line whenever a job's state changes. */
export function createPicture(stdout: Terminal): Display {
  const drawing = stdout.isTTY === true ? createTable(stdout) : createLines(stdout);
  return {
    show: drawing.show,
    say: (what, fields) => {
      drawing.leave();
      const [[unit, value] = ["", ""]] = Object.entries(fields);
      const text = typeof value === "number" ? `${value} ${unit}` : value;
      stdout.write(
        what === "one more"
          ? `\none more job, to be sent by you:\n\n${text}\n\n`
          : `${what}: ${text}\n`,
      );
    },
  };
}

type Drawing = {
  readonly show: (board: Board) => void;
  /** Leaves what is drawn where it is: something else is written below it. */
  readonly leave: () => void;
};

function createTable(stdout: Terminal): Drawing {
  let drawn = "";
  const show = (board: Board): void => {
    const lines = [header, ...board.map(toTableLine)].join("\n").split("\n");
    // What the terminal wraps would not be drawn over.
    const text = `\n${lines.map((line) => line.slice(0, stdout.columns)).join("\n")}\n`;
    if (text === drawn) return;
    // Up over what was drawn last, and clear from there.
    const up = drawn === "" ? "" : `\u001B[${drawn.split("\n").length - 1}A\u001B[J`;
    stdout.write(`${up}${text}`);
    drawn = text;
  };
  const leave = (): void => {
    drawn = "";
  };
  return { show, leave };
}

function createLines(stdout: Terminal): Drawing {
  const written = new Map<number, string>();
  const show = (board: Board): void => {
    for (const row of board) {
      const line = toTableLine(row);
      const key = `${row.state} ${row.reason ?? ""}`;
      if (written.get(row.id) === key) continue;
      written.set(row.id, key);
      stdout.write(`${line}\n`);
    }
  };
  return { show, leave: () => {} };
}

const header = toColumns("job", "state", "where", "how long");

function toTableLine(row: JobRow): string {
  const line = toColumns(row.name, row.state, toPlace(row), toTimes(row));
  return row.reason === undefined ? line : [line, ...wrapReason(row.reason)].join("\n");
}

function toColumns(
  ...[name, state, where, time]: readonly [string, string, string, string]
): string {
  return `${name.padEnd(17)}${state.padEnd(11)}${where.padEnd(36)}${time}`.trimEnd();
}

function toPlace({ provider, compute }: JobRow): string {
  return [provider, compute?.architecture, compute?.size].filter(Boolean).join(" ");
}

function toTimes({ waited, ran }: JobRow): string {
  if (waited === undefined) return "";
  return ran === undefined
    ? `${toSeconds(waited)} s`
    : `${toSeconds(waited)} + ${toSeconds(ran)} s`;
}

function toSeconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(1);
}

// In the columns behind the name, so that a reason of any length stays within 80.
function wrapReason(reason: string): readonly string[] {
  return wrap(reason.split(/(?<= )/u), { indent: 17 });
}
