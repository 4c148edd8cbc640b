import { type LabelKey, toLabelKeys } from "../core/label-keys.ts";
import { describeMisfit, toFittingRungs } from "../core/label-sizes.ts";
import { toLadder } from "../core/label-values.ts";
import type { LabelOptions } from "../core/labels.ts";
import { providerNames } from "../core/provider.ts";
import { type JsonObject, readObject } from "../core/read-json.ts";

const names = ["runs-on", "arch", "cpu", "memory", "disk", "image", "timeout"];

/**
 * What a job gets that does not ask for anything, written as labels are:
 * `{ "runs-on": "FARGATE_SPOT", "arch": "ARM64", "cpu": 1, "memory": 2, "disk": 20, "timeout": "6h" }`.
 * @throws {Error} naming the first value that no label could have
 */
export function readLabelDefaults(value: unknown): LabelOptions["defaults"] {
  const given = readObject(value, "defaults");
  const unknown = Object.keys(given).find((key) => !names.includes(key));
  if (unknown !== undefined) throw new Error(`'${unknown}' is none of ${names.join(", ")}`);
  // An image is looked up where the table of them is.
  const keys = toLabelKeys([]);
  return {
    runsOn: readDefault(given, keys.rungs, "FARGATE"),
    architecture: readDefault(given, keys.architecture, "X86_64"),
    cpu: readDefault(given, keys.cpu, "1"),
    memory: readDefault(given, keys.memory, "2"),
    disk: readDefault(given, keys.disk, "20"),
    timeoutMinutes: readDefault(given, keys.timeoutMinutes, "6h"),
    image: toText(given["image"] ?? "default").toLowerCase(),
  };
}

/**
 * The same, of a size that one of the providers has.
 * @throws {Error} naming the first value that no label could have, or what sizes there are
 */
export function readFittingDefaults(value: unknown): LabelOptions["defaults"] {
  const { runsOn, ...others } = readLabelDefaults(value);
  const wish = { ...others, rungs: toLadder(runsOn) };
  if (toFittingRungs(wish).length > 0) return { ...others, runsOn };
  throw new Error(describeMisfit({ ...wish, equipped: providerNames }, []));
}

function readDefault<T>(
  given: JsonObject,
  { name, read, advise }: LabelKey<T>,
  fallback: string,
): T {
  const text = toText(given[name] ?? fallback);
  const value = read(text.toLowerCase());
  if (value === undefined) throw new Error(`'${name}' cannot be '${text}'; use ${advise(text)}`);
  return value;
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
