import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { metricDimension, metricNamespace, metrics } from "../../functions/core/metrics.ts";
import { readObject } from "../../functions/core/read-json.ts";
import { logQueries, runnerQuery } from "../../lib/log-queries.ts";
import { readCommand } from "../../local/command-line.ts";
import { synthesize } from "../lib/synthesize.ts";

const page = readFileSync(new URL("../../docs/observability.md", import.meta.url), "utf8");

/** The cells of the tables behind a heading, row by row. */
function readRows(heading: string): readonly (readonly string[])[] {
  const [section = ""] = page.slice(page.indexOf(`\n## ${heading}\n`) + 4).split("\n## ");
  const rows = section.split("\n").filter((line) => /^\| [`*]/u.test(line));
  return rows.map((row) => row.split("|").map((cell) => strip(cell.trim())));
}

/** A cell without the marks around all of it. */
function strip(cell: string): string {
  return /^(?:`(?<code>[^`]*)`|\*\*(?<strong>.*)\*\*)$/u.exec(cell)?.slice(1).join("") ?? cell;
}

describe("docs/observability.md", () => {
  it("lists every metric with its unit and meaning", () => {
    expect(readRows("Metrics").map(([, ...cells]) => cells.slice(0, 3))).toEqual(
      Object.entries(metrics).map(([name, { unit, meaning }]) => [name, unit, meaning]),
    );
    expect(page).toContain(`namespace \`${metricNamespace}\``);
    expect(page).toContain(`\`${metricDimension}\``);
  });

  it("says of every alarm what to do about it", () => {
    const names = synthesize()
      .ofType("AWS::CloudWatch::Alarm")
      .map(({ Properties }) => String(Properties["AlarmName"]).replace("tornade-", ""));
    const rows = readRows("Alarms");
    expect(rows.map(([, name]) => name)).toEqual(names);
    for (const [, , , advice = ""] of rows) expect(advice.length).toBeGreaterThan(50);
  });

  it("has a command for either dead-letter queue that is understood, with addresses among the outputs", () => {
    const line = /npx tornade (redrive[^`]*)`/u.exec(page)?.[1] ?? "";
    const sqs = "https://sqs.eu-west-1.amazonaws.com/123456789012";
    const words = line.replace("…", `${sqs}/jobs`).replace("…", `${sqs}/dead`).split(" ");
    const outputs = readObject(synthesize().template["Outputs"], "Outputs");
    const named = [...page.matchAll(/`(\w+Url)`/gu)].map(([, name = ""]) => name);

    expect(readCommand(words)).toMatchObject({ name: "redrive", dryRun: false });
    expect(page).toContain("`aws sqs purge-queue --queue-url …`");
    expect(new Set(named)).toEqual(
      new Set(["QueueUrl", "DeadLetterQueueUrl", "DeadStateChangesUrl"]),
    );
    for (const name of named) expect(outputs).toHaveProperty(name);
  });

  it("tells of every saved query", () => {
    expect(readRows("Saved queries").map(([, name]) => name)).toEqual(
      Object.values(logQueries).map(({ name }) => name),
    );
    expect(page).toContain(`**${runnerQuery.name}**`);
    expect(page).toContain("`RunnerLogGroup`");
    expect(synthesize().template["Outputs"]).toHaveProperty("RunnerLogGroup");
  });
});
