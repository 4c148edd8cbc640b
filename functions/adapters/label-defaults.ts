import { describeMisfit, toFittingRungs } from "../core/label-sizes.ts";
import {
  readArchitecture,
  readGibibytes,
  readMinutes,
  readRungs,
  readVcpus,
  toLadder,
} from "../core/label-values.ts";
import type { LabelOptions } from "../core/labels.ts";
import { providerNames } from "../core/provider.ts";
import { type JsonObject, readObject } from "../core/read-json.ts";

const keys = ["runs-on", "arch", "cpu", "memory", "disk", "image", "timeout"];

/**
 * What a job gets that does not ask for anything, written as labels are:
 * `{ "runs-on": "FARGATE_SPOT", "arch": "ARM64", "cpu": 1, "memory": 2, "disk": 20, "timeout": "6h" }`.
 * @throws {Error} naming the first value that no label could have
 */
export function readLabelDefaults(value: unknown): LabelOptions["defaults"] {
  const given = readObject(value, "defaults");
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new Error(`'${unknown}' is none of ${keys.join(", ")}`);
  return {
    runsOn: readDefault(given, { key: "runs-on", fallback: "FARGATE", read: readRungs }),
    architecture: readDefault(given, { key: "arch", fallback: "x86_64", read: readArchitecture }),
    cpu: readDefault(given, { key: "cpu", fallback: "1", read: readVcpus }),
    memory: readDefault(given, { key: "memory", fallback: "2", read: readGibibytes }),
    disk: readDefault(given, { key: "disk", fallback: "20", read: readGibibytes }),
    timeoutMinutes: readDefault(given, { key: "timeout", fallback: "6h", read: readMinutes }),
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
  { key, fallback, read }: { key: string; fallback: string; read: (text: string) => T | undefined },
): T {
  const text = toText(given[key] ?? fallback);
  const value = read(text.toLowerCase());
  if (value === undefined) throw new Error(`'${key}' cannot be '${text}'`);
  return value;
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
