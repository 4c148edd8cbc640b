import {
  type JsonObject,
  readArray,
  readObject,
  readText,
} from "../../functions/core/read-json.ts";

/** One metric as CloudWatch would take it out of a log line. */
export type ExtractedMetric = {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly at: number;
};

// Of the units that CloudWatch knows, those that can be meant here.
const units = new Set(["Seconds", "Milliseconds", "Percent", "Count", "None"]);

/**
 * Takes the metrics out of a log line as CloudWatch does; none where it has no `_aws`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * @throws {Error} where CloudWatch would drop them
 */
export function extractMetrics(line: string): readonly ExtractedMetric[] {
  const root = readObject(JSON.parse(line), "line");
  if (root["_aws"] === undefined) return [];
  const metadata = readMembers(root["_aws"], ["Timestamp", "CloudWatchMetrics"]);
  const at = readTime(metadata["Timestamp"]);
  return readArray(metadata["CloudWatchMetrics"], "CloudWatchMetrics").flatMap((given) => {
    const directive = readMembers(given, ["Namespace", "Dimensions", "Metrics"]);
    const namespace = readShort(directive["Namespace"], "Namespace");
    const sets = readArray(directive["Dimensions"], "Dimensions").map((set) =>
      readDimensions(set, root),
    );
    const metrics = readArray(directive["Metrics"], "Metrics");
    if (metrics.length > 100) throw new Error("a directive has at most 100 metrics");
    return sets.flatMap((dimensions) =>
      metrics.map((metric) => ({ namespace, dimensions, at, ...readMetric(metric, root) })),
    );
  });
}

function readMetric(given: unknown, root: JsonObject) {
  const metric = readMembers(given, ["Name", "Unit"]);
  const name = readShort(metric["Name"], "Name");
  const unit = readShort(metric["Unit"], "Unit");
  const value = root[name];
  if (!units.has(unit)) throw new Error(`'${unit}' is no unit`);
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Error(`${name} is no number`);
  return { name, unit, value };
}

function readDimensions(given: unknown, root: JsonObject): Readonly<Record<string, string>> {
  const names = readArray(given, "a set of dimensions");
  if (names.length > 30) throw new Error("a set has at most 30 dimensions");
  return Object.fromEntries(
    names.map((name) => {
      const key = readShort(name, "a dimension");
      return [key, readShort(root[key], key)];
    }),
  );
}

function readTime(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  throw new Error("Timestamp is no time in milliseconds");
}

function readMembers(value: unknown, names: readonly string[]): JsonObject {
  const members = readObject(value, "object");
  const unknown = Object.keys(members).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`${unknown.join(", ")} may not be there`);
  return members;
}

function readShort(value: unknown, name: string): string {
  const text = readText(value, name);
  if (text.length >= 1 && text.length <= 1_024) return text;
  throw new Error(`${name} has 1 to 1024 characters`);
}
