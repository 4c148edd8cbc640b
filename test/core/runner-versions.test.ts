import { describe, expect, it } from "vitest";

import type { Origin } from "../../functions/core/job.ts";
import type { LogFields } from "../../functions/core/log.ts";
import type { Figures, Measured } from "../../functions/core/metrics.ts";
import { createVersionPass } from "../../functions/core/runner-versions.ts";
import { jobItem, queuedJob, runnerItem, start } from "./builders.ts";

const day = 86_400_000;
const open = [runnerItem(), jobItem()];

/** A pass over versions, with the days that GitHub gives each; an error is thrown. */
function createPass(
  days: Readonly<Record<string, number | Error | undefined>>,
  withoutApp: readonly string[] = [],
) {
  const clock = { now: start };
  const told: Figures[] = [];
  const asked: string[] = [];
  const warnings: LogFields[] = [];
  const note = (_message: string, _fields?: LogFields, measured?: Measured) => {
    if (measured !== undefined) told.push(measured.figures);
  };
  const warn = (_message: string, fields: LogFields = {}) => {
    warnings.push(fields);
  };
  const readRetirement = async ({ repository }: Origin, version: string) => {
    asked.push(version);
    if (withoutApp.includes(repository.owner)) throw new Error("no installation");
    const left = days[version];
    if (left instanceof Error) throw left;
    return left === undefined ? undefined : start + left * day;
  };
  const pass = createVersionPass(Object.keys(days), {
    runnerVersions: { readRetirement },
    log: { info: note, warn, error: note },
    now: () => clock.now,
    stack: "tornade",
  });
  return { pass, clock, told, asked, warnings };
}

describe("createVersionPass", () => {
  it("tells how many whole days the first version to go has left", async () => {
    const { pass, told } = createPass({ "2.338.0": 40, "2.336.0": 13.9, "2.339.0": undefined });
    await pass(open);
    expect(told).toEqual([{ RunnerVersionDaysLeft: 13 }]);
  });

  it("tells nothing as long as GitHub has set no day", async () => {
    const { pass, told } = createPass({ "2.339.0": undefined });
    await pass(open);
    expect(told).toEqual([]);
  });

  it("asks once an hour", async () => {
    const { pass, clock, asked } = createPass({ "2.338.0": 40 });
    for (const minute of [0, 1, 59, 60]) {
      clock.now = start + minute * 60_000;
      await pass(open);
    }
    expect(asked).toHaveLength(2);
  });

  it("asks only where there is a job, in whose name that can be done", async () => {
    const { pass, asked } = createPass({ "2.338.0": 40 });
    await pass([runnerItem()]);
    await pass([]);
    expect(asked).toEqual([]);
    await pass(open);
    expect(asked).toEqual(["2.338.0"]);
  });

  it("asks nothing where no image has a version", async () => {
    const { pass, told, asked } = createPass({});
    await pass(open);
    expect({ told, asked }).toEqual({ told: [], asked: [] });
  });

  it("asks in the name of another owner where the App is gone from the first", async () => {
    const { pass, told, warnings } = createPass({ "2.338.0": 40 }, ["acme"]);
    const { repository } = queuedJob();
    const other = jobItem({ job: queuedJob({ repository: { ...repository, owner: "globex" } }) });
    await pass([...open, ...open, other]);
    expect(warnings).toHaveLength(1);
    expect(told).toEqual([{ RunnerVersionDaysLeft: 40 }]);
  });

  it("asks in the name of five owners at most, and again after an hour", async () => {
    const error = new Error("GitHub did not tell");
    const { pass, asked, clock } = createPass({ "2.338.0": error });
    const { repository } = queuedJob();
    const items = Array.from({ length: 9 }, (_, index) =>
      jobItem({ job: queuedJob({ repository: { ...repository, owner: `owner-${index}` } }) }),
    );
    await pass(items);
    await pass(items);
    expect(asked).toHaveLength(5);
    clock.now += day / 24;
    await pass(items);
    expect(asked).toHaveLength(10);
  });

  it("writes down that GitHub did not answer, and lets the rest of reconcile be", async () => {
    const error = new Error("GitHub did not tell");
    const { pass, told, warnings } = createPass({ "2.338.0": error });
    await expect(pass(open)).resolves.toBeUndefined();
    expect(told).toEqual([]);
    expect(warnings).toEqual([{ versions: ["2.338.0"], error }]);
  });
});
