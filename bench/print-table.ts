import { type Figure, meetsGoal, ratioOf } from "./figure.ts";

/** The figures as a table of at most 100 columns, a paragraph a part. */
export function printTable(figures: readonly Figure[]): string {
  const head = row(["", "tornade", "middle half", "floor", "ratio", "goal", ""]);
  const lines = figures.flatMap((figure, index) => {
    const isNew = figures[index - 1]?.part !== figure.part;
    return [...(isNew ? ["", figure.part] : []), toRow(figure)];
  });
  return [head, ...lines, "", toConclusion(figures)].join("\n");
}

function toRow(figure: Figure): string {
  const { what, unit, value, spread, floor } = figure;
  const ratio = ratioOf(figure);
  return row([
    `  ${what}`,
    `${toText(value, unit)} ${unit === "calls" ? "" : unit}`.trim(),
    spread === undefined ? "" : spread.map((end) => toText(end, unit)).join("–"),
    floor === undefined ? "" : toText(floor, unit),
    ratio === undefined ? "" : `${ratio.toFixed(2)}×`,
    describeGoal(figure),
    describeVerdict(figure),
  ]);
}

const widths = [31, 13, 13, 7, 7, 10, 15] as const;

function row(cells: readonly string[]): string {
  const [first = "", ...rest] = cells;
  const last = rest.length;
  const padded = rest.map((cell, index) =>
    index + 1 === last ? `  ${cell}` : cell.padStart(widths[index + 1] ?? 0),
  );
  return `${first.padEnd(widths[0])}${padded.join("")}`.trimEnd();
}

function toText(value: number, unit: Figure["unit"]): string {
  if (unit === "bytes") return value.toLocaleString("en");
  if (unit === "calls") return value.toFixed(Number.isInteger(value) ? 0 : 3);
  return value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1);
}

function describeGoal({ goal, unit }: Figure): string {
  if (goal === undefined) return "";
  if (goal.kind === "ratio") return `≤ ${goal.of}×`;
  const number = goal.of.toLocaleString("en");
  return goal.kind === "exactly" ? number : `≤ ${number}${unit === "bytes" ? "" : ` ${unit}`}`;
}

function describeVerdict(figure: Figure): string {
  const meets = meetsGoal(figure);
  if (meets === undefined) return "";
  return meets ? "meets it" : "MISSES ITS GOAL";
}

function toConclusion(figures: readonly Figure[]): string {
  const missed = figures.filter((figure) => meetsGoal(figure) === false);
  if (missed.length === 0) return "Every figure meets its goal.";
  return ["Misses its goal:", ...missed.map(({ part, what }) => `  ${part}: ${what}`)].join("\n");
}
