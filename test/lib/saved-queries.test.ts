import { readFileSync } from "node:fs";

import { beforeAll, describe, expect, it } from "vitest";

import { type JsonObject, readArray, readObject } from "../../functions/core/read-json.ts";
import { logQueries, runnerQuery } from "../../lib/log-queries.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { extractMetrics } from "../support/embedded-metrics.ts";
import { listTasks } from "../support/machines.ts";
import { createTestWorld } from "../support/test-world.ts";
import { synthesize } from "./synthesize.ts";

type Query = (typeof logQueries)[keyof typeof logQueries] | typeof runnerQuery;

/**
 * What the functions log while GitHub does not register a job's runner at first, then its Spot capacity
 * is taken back before it begins; and while another job is refused.
 */
async function logTwoJobs(): Promise<{ readonly lines: readonly JsonObject[]; jobId: number }> {
  const world = await createTestWorld();
  world.outside.intercept = async (call, next) =>
    call === "POST generate-jitconfig" ? jsonResponse(403, { message: "no" }) : next();
  const { id: jobId } = world.queueJob({ labels: ["tornade", "runs-on=FARGATE_SPOT"] });
  await world.pass(1);
  world.outside.intercept = async (_call, next) => next();
  while ((await listTasks(world)).length === 0) await world.pass(1);
  for (const { taskArn = "" } of await listTasks(world)) world.aws.ecs.interruptSpot(taskArn);
  world.queueJob({ labels: ["tornade", "runs-on=FARGET"] });
  await world.pass(900);
  const lines = world.lines.map((line) => readObject(JSON.parse(line), "line"));
  return { lines, jobId };
}

/** Whether a line passes the filter of a query, of which only what our queries use is understood. */
function passes(line: JsonObject, filter: string): boolean {
  return filter.split(" or ").some((condition) => {
    const present = /^ispresent\((\w+)\)$/u.exec(condition)?.[1];
    if (present !== undefined) return line[present] !== undefined;
    const [, name, value] = /^(\w+) = "?(\w+)"?$/u.exec(condition) ?? [];
    if (name === undefined) throw new Error(`cannot read '${condition}'`);
    return String(line[name]) === value;
  });
}

/** The fields of the functions that a query looks at: no functions, aliases or fields of CloudWatch. */
function readFields({ lines }: Query): readonly string[] {
  const text = lines.join(" ").replaceAll(/"[^"]*"/gu, "");
  const aliases = [...text.matchAll(/ as (\w+)/gu)].map(([, alias]) => alias);
  const words = text.match(/@?[A-Za-z][\w.]*\(?/gu) ?? [];
  const syntax = "filter fields sort stats limit as by or asc desc d".split(" ");
  const others = new Set([...syntax, ...aliases]);
  const fields = words.filter((word) => !/^@|\($/u.test(word) && !others.has(word));
  return [...new Set(fields)];
}

function readPath(line: JsonObject, path: string): unknown {
  const [first = "", ...rest] = path.split(".");
  const value = line[first];
  if (rest.length === 0 || value === undefined) return value;
  return readPath(readObject(value, first), rest.join("."));
}

describe("SavedQueries", () => {
  let logged: Awaited<ReturnType<typeof logTwoJobs>>;
  beforeAll(async () => {
    logged = await logTwoJobs();
  });

  it.each(Object.values(logQueries))("ask for fields that the functions write: $name", (query) => {
    const [first] = query.lines;
    const filter = first.replace("filter ", "").replace("12345678901", String(logged.jobId));
    const found = logged.lines.filter((line) => passes(line, filter));
    const fields = readFields(query);
    expect(found.length).toBeGreaterThan(0);
    expect(fields.length).toBeGreaterThan(1);
    const absent = fields.filter((field) =>
      found.every((line) => readPath(line, field) === undefined),
    );
    expect(absent).toEqual([]);
  });

  it("ask for fields that the runners write, as docs/runner-image.md has them", () => {
    const page = readFileSync(new URL("../../docs/runner-image.md", import.meta.url), "utf8");
    const [, example = ""] = /```json\n(\{[^`]*"runner ended"[^`]*\})\n```/u.exec(page) ?? [];
    const written = readObject(JSON.parse(example), "example");
    const fields = readFields(runnerQuery);
    expect(fields).toEqual(["message", "runnerName", "reason", "exitCode", "result"]);
    for (const field of fields) expect(written).toHaveProperty(field);
  });

  it("tell the story of a job", () => {
    const story = logged.lines.filter(({ jobId }) => jobId === logged.jobId);
    expect(story.map(({ message }) => message)).toEqual([
      "delivery queued",
      "claimed",
      "parked",
      "message not handled",
      "claimed",
      "launched",
      "runner lost",
      "runner retired",
      "claimed",
      "launched",
      "delivery queued",
      "running",
      "delivery queued",
      "completed",
      "runner ended",
    ]);
  });

  it("and the dashboard get every figure once", () => {
    const found = logged.lines.flatMap((line) => extractMetrics(JSON.stringify(line)));
    const told = Map.groupBy(found, ({ name }) => name);
    const sums = [...told].map(([name, all]) => [
      name,
      all.reduce((sum, { value }) => sum + value, 0),
    ]);
    expect(Object.fromEntries(sums)).toMatchObject({
      Launches: 3,
      Refusals: 1,
      Replacements: 1,
      Interruptions: 1,
      StuckJobs: 0,
    });
    expect(told.get("QueueToStart")).toHaveLength(1);
    expect(told.get("QueueToLaunch")).toHaveLength(1);
    expect(told.get("RunnerCost")).toHaveLength(3);
    expect(new Set(told.get("GitHubBudgetLeft")?.map(({ unit }) => unit))).toEqual(
      new Set(["Percent"]),
    );
  });

  it("are saved in a folder of the stack's, for the logs of its functions", () => {
    const saved = synthesize({ stackName: "ci" }).ofType("AWS::Logs::QueryDefinition");
    const groups = saved.map(({ Properties }) => [
      Properties["Name"],
      readArray(Properties["LogGroupNames"], "LogGroupNames").length,
    ]);
    expect(groups).toEqual([
      ...Object.values(logQueries).map(({ name }) => [`ci/${name}`, 4]),
      [`ci/${runnerQuery.name}`, 1],
    ]);
    for (const { Properties } of saved) {
      expect(Properties["QueryString"]).toMatch(/^filter .+\n\| /u);
    }
  });
});
