import { describe, expect, it } from "vitest";

import { metrics } from "../../functions/core/metrics.ts";
import { readArray, readObject } from "../../functions/core/read-json.ts";
import { logQueries } from "../../lib/log-queries.ts";
import { synthesize } from "./synthesize.ts";

const type = "AWS::CloudWatch::Dashboard";

/** The properties of every widget. */
function readWidgets(): readonly Readonly<Record<string, unknown>>[] {
  const { DashboardBody: body } = synthesize().find(type).properties;
  const { widgets } = readObject(JSON.parse(String(body)), "body");
  return readArray(widgets, "widgets").map((widget) =>
    readObject(readObject(widget, "widget")["properties"], "properties"),
  );
}

function findWidget(title: RegExp) {
  const found = readWidgets().find((widget) => title.test(String(widget["title"])));
  if (found === undefined) throw new Error(`no widget is called like ${String(title)}`);
  return found;
}

/** The names of the functions' own metrics that are anywhere in the template. */
function readOwnMetrics(): ReadonlySet<string> {
  const drawn = readWidgets()
    .flatMap(({ metrics: lines = [] }) => readArray(lines, "metrics"))
    .map((line) => readArray(line, "line"))
    .filter(([namespace]) => namespace === "tornade")
    .map(([, name]) => String(name));
  const watched = synthesize()
    .ofType("AWS::CloudWatch::Alarm")
    .filter(({ Properties }) => Properties["Namespace"] === "tornade")
    .map(({ Properties }) => String(Properties["MetricName"]));
  return new Set([...drawn, ...watched]);
}

describe("Dashboard", () => {
  it("is one, called after stack and region: dashboards of all regions share their names", () => {
    expect(synthesize({ stackName: "ci" }).find(type).properties["DashboardName"]).toBe(
      "ci-eu-west-1",
    );
    expect(synthesize({ dashboard: false }).ofType(type)).toEqual([]);
  });

  it("shows only what the functions write, and nearly all of that", () => {
    const shown = readOwnMetrics();
    const known = Object.keys(metrics);
    expect([...shown].filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => !shown.has(name))).toEqual(["QueueToLaunch"]);
  });

  it("shows how long jobs waited for their start, in percentiles", () => {
    const lines = readArray(findWidget(/queued to start/u)["metrics"], "metrics");
    const options = lines.map((line) => readArray(line, "line").at(-1));
    expect(options).toMatchObject([{ stat: "p50" }, { stat: "p90" }, { stat: "p99" }]);
  });

  it.each([
    [/Oldest message/u, "ApproximateAgeOfOldestMessage", 1],
    [/Dead letters/u, "ApproximateNumberOfMessagesVisible", 2],
    [/Errors/u, "Errors", 4],
    [/Duration/u, "Duration", 4],
  ])("shows %s", (title, metric, count) => {
    const lines = readArray(findWidget(title)["metrics"], "metrics");
    expect(lines.map((line) => readArray(line, "line")[1])).toEqual(
      Array.from({ length: count }, () => metric),
    );
  });

  it("shows the cost of each repository a day out of the log, where no dimension is billed", () => {
    const { query, view } = findWidget(/Cost per day by repository/u);
    const groups = synthesize().ofType("AWS::Logs::LogGroup");
    expect(view).toBe("table");
    expect(query).toContain(logQueries.cost.lines.join("\n| "));
    expect(String(query).match(/SOURCE '/gu)).toHaveLength(4);
    expect(groups.length).toBeGreaterThan(4);
  });
});
