import { isLaunchLabel, toAssignments, type Assignment } from "./label-assignments.ts";
import { toLabelKeys, type LabelKey } from "./label-keys.ts";
import { describeMisfit, toFittingRungs } from "./label-sizes.ts";
import { findMistake } from "./label-mistakes.ts";
import { describeMissingImage, type FindEquipped } from "./label-images.ts";
import { toLadder } from "./label-values.ts";
import type { Architecture, ProviderName } from "./provider.ts";

/** What the operator decided about labels. */
export type LabelOptions = {
  /** The label that makes a job ours, case-insensitive; without a `/`, which parts composite labels. */
  readonly launchLabel: string;
  /** What a job gets that does not ask for anything. */
  readonly defaults: {
    readonly runsOn: readonly ProviderName[];
    readonly architecture: Architecture;
    /** vCPU. */
    readonly cpu: number;
    /** GiB. */
    readonly memory: number;
    /** GiB. */
    readonly disk: number;
    readonly image: string;
    readonly timeoutMinutes: number;
  };
  /** Names that `image=` may take besides the default one. */
  readonly images: readonly string[];
  /** What the image table has: where nothing is equipped for an image, nothing could be started. */
  readonly findEquipped: FindEquipped;
};

/** The runner that a job's labels ask for. */
export type RunnerSpec = {
  /** Where to start it, in order; never empty, no repeats, and each has the image and can give the size. */
  readonly rungs: readonly ProviderName[];
  readonly architecture: Architecture;
  /** vCPU as asked for; the provider rounds up. */
  readonly cpu: number;
  /** GiB as asked for; the provider rounds up. */
  readonly memory: number;
  /** GiB as asked for; the provider rounds up. */
  readonly disk: number;
  readonly image: string;
  readonly timeoutMinutes: number;
};

/** What the labels of a job mean for us; a refusal is written for the developer behind them. */
export type LabelReading =
  | { readonly kind: "ignore"; readonly reason: "not-ours" | "static" }
  | { readonly kind: "launch"; readonly spec: RunnerSpec }
  | { readonly kind: "refuse"; readonly reason: string };

/** Reads the labels of a job, as an array or composite, blind to their case and order; never throws. */
export function readLabels(labels: readonly string[], options: LabelOptions): LabelReading {
  if (!isOurs(labels, options.launchLabel)) {
    return { kind: "ignore", reason: "not-ours" };
  }
  const keys = toLabelKeys([options.defaults.image, ...options.images]);
  const assignments = toAssignments(labels, options.launchLabel);
  const mistake = findMistake(Object.values(keys), assignments);
  if (mistake !== undefined) {
    return { kind: "refuse", reason: mistake };
  }
  // Only now: a resident runner has no misspelled label either, so the job would wait for ever.
  if (readKey(keys.type, assignments) === "static") {
    return { kind: "ignore", reason: "static" };
  }
  return toReading(toSpec(keys, assignments, options.defaults), assignments, options);
}

/** Tells whether a job is ours; the receiver of webhooks drops what is not. */
export function isOurs(labels: readonly string[], launchLabel: string): boolean {
  return labels.some((label) => isLaunchLabel(label, launchLabel));
}

/**
 * Tells of a job of ours whether its labels alone say that nothing is launched for it. Not where they
 * name an image: a wrong one is refused, and what is wrong only the image table tells.
 */
export function isStatic(labels: readonly string[], launchLabel: string): boolean {
  const assignments = toAssignments(labels, launchLabel);
  const keys = toLabelKeys(assignments.map(({ text }) => text));
  const isSound = findMistake(Object.values(keys), assignments) === undefined;
  const namesImage = assignments.some(({ key }) => key === keys.image.name);
  return isSound && !namesImage && readKey(keys.type, assignments) === "static";
}

// What could never be started is no rung: where the image is not, where the size is not to be had.
function toReading(
  wish: RunnerSpec,
  assignments: readonly Assignment[],
  { findEquipped }: LabelOptions,
): LabelReading {
  const equipped = findEquipped({ name: wish.image, architecture: wish.architecture });
  const spec = { ...wish, rungs: wish.rungs.filter((rung) => equipped.includes(rung)) };
  if (spec.rungs.length === 0) {
    return { kind: "refuse", reason: describeMissingImage(wish, findEquipped) };
  }
  const rungs = toFittingRungs(spec);
  return rungs.length > 0
    ? { kind: "launch", spec: { ...spec, rungs } }
    : { kind: "refuse", reason: describeMisfit({ ...spec, equipped }, assignments) };
}

function toSpec(
  keys: ReturnType<typeof toLabelKeys>,
  assignments: readonly Assignment[],
  defaults: LabelOptions["defaults"],
): RunnerSpec {
  return {
    rungs: readKey(keys.rungs, assignments) ?? toLadder(defaults.runsOn),
    architecture: readKey(keys.architecture, assignments) ?? defaults.architecture,
    cpu: readKey(keys.cpu, assignments) ?? defaults.cpu,
    memory: readKey(keys.memory, assignments) ?? defaults.memory,
    disk: readKey(keys.disk, assignments) ?? defaults.disk,
    image: readKey(keys.image, assignments) ?? defaults.image,
    timeoutMinutes: readKey(keys.timeoutMinutes, assignments) ?? defaults.timeoutMinutes,
  };
}

function readKey<Value>(
  key: LabelKey<Value>,
  assignments: readonly Assignment[],
): Value | undefined {
  const given = assignments.find((assignment) => assignment.key === key.name);
  return given && key.read(given.text);
}
