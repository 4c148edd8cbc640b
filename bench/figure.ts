import { quantile } from "./statistics.ts";

/** One line of the result. */
export type Figure = {
  readonly part: string;
  readonly what: string;
  readonly unit: "ms" | "s" | "MiB" | "bytes" | "calls";
  readonly value: number;
  /** Between which two values the middle half of the samples lies. */
  readonly spread?: readonly [number, number];
  /** The same of the floor, measured in turn with it. */
  readonly floor?: number;
  readonly goal?: Goal;
};

/** `most` and `exactly` are in the figure's unit, `ratio` is the most of it to the floor's. */
export type Goal = { readonly kind: "most" | "exactly" | "ratio"; readonly of: number };

/** A figure of many samples: their middle, and how far they lie apart. */
export function summarize(values: readonly number[]): Pick<Figure, "value" | "spread"> {
  return {
    value: quantile(values, 0.5),
    spread: [quantile(values, 0.25), quantile(values, 0.75)],
  };
}

/** How many times the floor's a figure is. */
export function ratioOf({ value, floor }: Figure): number | undefined {
  return floor === undefined || floor === 0 ? undefined : value / floor;
}

/** Whether a figure is as good as it should be; undefined where nothing is asked of it. */
export function meetsGoal(figure: Figure): boolean | undefined {
  const { goal, value } = figure;
  if (goal === undefined) return undefined;
  // One in a thousand either way is no fault of the calls that are counted.
  if (goal.kind === "exactly") return Math.abs(value - goal.of) < 0.000_5;
  return (goal.kind === "ratio" ? (ratioOf(figure) ?? 0) : value) <= goal.of;
}
