import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { toCost } from "../../functions/core/cost.ts";
import { metrics } from "../../functions/core/metrics.ts";
import type { ProviderName } from "../../functions/core/provider.ts";
import { readArray, readNumber, readObject } from "../../functions/core/read-json.ts";
import { synthesize } from "../lib/synthesize.ts";

const page = readFileSync("docs/deploy.md", "utf8");
/** The same on one line, for sentences that may be broken anywhere. */
const prose = page.replaceAll(/\s+/gu, " ");

/** What tornade itself takes of one service. */
type Line = { readonly price: number; readonly aMonth: number; readonly aJob: number };

/** The cells of the table whose first heading begins so. */
function readTable(heading: string): readonly (readonly string[])[] {
  const [table = ""] = page.slice(page.indexOf(`| ${heading} `)).split("\n\n", 1);
  const rows = table.split("\n").slice(2);
  return rows.map((row) =>
    row
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
}

const toNumber = (cell = "") => Number(cell.replaceAll(",", ""));

const lines: ReadonlyMap<string, Line> = new Map(
  readTable("what  ").map(([what = "", price = "", aMonth, aJob]) => [
    what,
    {
      price: Number.parseFloat(price) / (price.endsWith(" a million") ? 1_000_000 : 1),
      aMonth: toNumber(aMonth),
      aJob: toNumber(aJob),
    },
  ]),
);

function lineOf(what: string): Line {
  const line = lines.get(what);
  if (line === undefined) throw new Error(`the bill has no line '${what}'`);
  return line;
}

/** What CloudWatch gives every account for nothing. https://aws.amazon.com/cloudwatch/pricing/ */
const freeTier = {
  "CloudWatch, metrics": 10,
  "CloudWatch, metrics watched by alarms": 10,
  "CloudWatch, dashboards": 3,
};

function toBill(jobs: number, free: Readonly<Record<string, number>> = {}): number {
  return [...lines].reduce((sum, [what, { price, aMonth, aJob }]) => {
    const billed = Math.max(0, aMonth + jobs * aJob - (free[what] ?? 0));
    return sum + price * billed;
  }, 0);
}

function toRunnerCost(provider: ProviderName): number {
  const spec = { architecture: "X86_64", cpu: 2, memory: 4, disk: 20 } as const;
  const seconds = Number(/: (\d+) seconds, public/u.exec(prose)?.[1]);
  const minutes = Number(/for the start: (\d+) minutes\./u.exec(prose)?.[1]);
  return (
    toCost({ provider, spec, seconds: provider === "CODEBUILD" ? minutes * 60 : seconds }) ?? NaN
  );
}

function toMoney(usd: number): string {
  return usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** How many metrics the alarms of the stack watch: each is billed. */
function countWatchedMetrics(): number {
  const counts = synthesize()
    .ofType("AWS::CloudWatch::Alarm")
    .map(({ Properties: { Metrics } }) => {
      if (Metrics === undefined) return 1;
      const parts = readArray(Metrics, "Metrics").map((part) => readObject(part, "part"));
      return parts.filter(({ MetricStat }) => MetricStat !== undefined).length;
    });
  return counts.reduce((sum, count) => sum + count, 0);
}

describe("the bill in docs/deploy.md", () => {
  it.each(readTable("jobs a month"))("adds up for %s jobs", (jobs = "", ...told) => {
    const count = toNumber(jobs);
    const hosted = 5 * Number(/takes (0\.\d+) a minute/u.exec(prose)?.[1]);
    const runners = (["FARGATE_SPOT", "FARGATE", "CODEBUILD"] as const).map(toRunnerCost);

    expect(told).toEqual([
      toMoney(toBill(count)),
      ...[...runners, hosted].map((cost) => toMoney(count * cost)),
    ]);
  });

  it("is for no, a thousand and a hundred thousand jobs", () => {
    expect(readTable("jobs a month").map(([jobs]) => toNumber(jobs))).toEqual([0, 1_000, 100_000]);
  });

  it("says what is left of it where CloudWatch is for nothing", () => {
    for (const what of Object.keys(freeTier)) expect(lineOf(what).aMonth).toBeGreaterThan(0);
    expect(prose).toContain(`an idle stack costs ${toMoney(toBill(0, freeTier))} a month`);
  });

  it("counts metrics, alarms and dashboards as the stack has them", () => {
    expect(lineOf("CloudWatch, metrics").aMonth).toBe(Object.keys(metrics).length);
    expect(lineOf("CloudWatch, metrics watched by alarms").aMonth).toBe(countWatchedMetrics());
    expect(lineOf("CloudWatch, dashboards").aMonth).toBe(
      synthesize().ofType("AWS::CloudWatch::Dashboard").length,
    );
  });

  it("counts calls and memory of the functions as the stack has them", () => {
    const { find } = synthesize();
    const { properties: rule } = find("AWS::Events::Rule", /Schedule[A-F0-9]{8}$/u);
    const { properties: reconcile } = find("AWS::Lambda::Function", /reconcile/u);
    const calls = 730 * 60;

    expect(rule["ScheduleExpression"]).toBe("rate(1 minute)");
    expect(lineOf("Lambda, calls").aMonth).toBe(calls);
    const gibibytes = readNumber(reconcile["MemorySize"], "MemorySize") / 1_024;
    expect(lineOf("Lambda, GB-seconds").aMonth).toBe(calls * gibibytes * 0.5);
    expect(lineOf("Lambda, GB-seconds").aJob).toBe(gibibytes * 1.5);
  });
});
