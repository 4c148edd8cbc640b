import type { Assignment } from "./label-assignments.ts";
import { quote, toList } from "./label-text.ts";
import { largestSizes } from "./largest-size.ts";
import { type Architecture, type ProviderName } from "./provider.ts";
import { isEnough, sizeParts, type RunnerSize } from "./runner-size.ts";

/** A size on an architecture, and the providers it is wanted from. */
export type SizeWish = RunnerSize & {
  readonly rungs: readonly ProviderName[];
  readonly architecture: Architecture;
};

/** The rungs of a ladder that can give the size; the others could never launch anything. */
export function toFittingRungs({
  rungs,
  architecture,
  ...size
}: SizeWish): readonly ProviderName[] {
  return rungs.filter((rung) => isEnough(largestSizes[rung][architecture], size));
}

/** Says which labels ask for more than every rung can give, what that is, and who `equipped` has more. */
export function describeMisfit(
  { equipped, ...wish }: SizeWish & { readonly equipped: readonly ProviderName[] },
  assignments: readonly Assignment[],
): string {
  const others = toFittingRungs({ ...wish, rungs: equipped });
  const wayOut = [...toLimits(wish), ...others.map((name) => `runs-on=${name}`)];
  const rungs = toList(wish.rungs, "or");
  return `${toCulprits(wish, assignments)} no size of ${rungs}; use ${toList(wayOut, "or")}`;
}

function toLimits({ rungs, architecture }: SizeWish): readonly string[] {
  const rungsOfLimit = Map.groupBy(rungs, (rung) => toText(largestSizes[rung][architecture]));
  return [...rungsOfLimit].map(
    ([limit, names]) => `at most ${limit} (${names.join(", ")} ${architecture})`,
  );
}

function toText(size: RunnerSize): string {
  return sizeParts.map((part) => `${part}=${size[part]}`).join(" ");
}

function toCulprits(wish: SizeWish, assignments: readonly Assignment[]): string {
  const tooMuch: readonly string[] = sizeParts.filter((part) =>
    wish.rungs.some((rung) => wish[part] > largestSizes[rung][wish.architecture][part]),
  );
  const labels = [tooMuch, ["runs-on", "arch"]]
    .map((keys) => toLabels(keys, assignments))
    .find((found) => found.length > 0);
  if (labels === undefined) {
    return "the default size fits";
  }
  // However many, their share of the message stays the same; a size label always fits a third of it.
  const length = Math.floor(80 / labels.length);
  const quoted = toList(
    labels.map((label) => quote(label, length)),
    "and",
  );
  return labels.length === 1 ? `label ${quoted} fits` : `labels ${quoted} fit`;
}

function toLabels(keys: readonly string[], assignments: readonly Assignment[]): readonly string[] {
  return keys
    .flatMap((key) => assignments.filter((assignment) => assignment.key === key).slice(0, 1))
    .map(({ label }) => label);
}
