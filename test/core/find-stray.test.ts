import { describe, expect, it } from "vitest";

import { findStray, type ListedCompute } from "../../functions/core/find-stray.ts";
import type { LedgerItem } from "../../functions/core/ledger.ts";
import { bindRunner, newRunnerItem } from "../../functions/core/runner-item.ts";
import { foreignAfter, retention, strayAfter } from "../../functions/core/waits.ts";
import {
  itemsOf,
  jobItem,
  launchedItem,
  queuedJob,
  runnerItem,
  runningItem,
  start,
} from "./builders.ts";

const minute = 60_000;
const rules = { now: start + 20 * minute, runnerPrefix: "tornade", idleSeconds: 300 };
const due = { owed: ["deregister", "stop"], wakeAt: rules.now, expiresAt: rules.now + retention };

function look(items: readonly LedgerItem[], overrides: Partial<ListedCompute> = {}) {
  const compute: ListedCompute = {
    runnerName: "tornade-4711-1-1",
    computeId: "task-1",
    provider: "FARGATE",
    startedAt: start + minute,
    ...overrides,
  };
  return findStray(compute, itemsOf(...items), rules);
}

const served = runnerItem({ serves: "4711-1" });

function completedItem(completed: number) {
  return runningItem({ status: "completed", times: { completed } });
}

describe("findStray", () => {
  it("leaves a runner alone whose job runs, however long", () => {
    expect(look([served, runningItem()], { startedAt: start - 300 * minute })).toBeUndefined();
  });

  it("gives a runner some minutes to end after its job", () => {
    const justOver = rules.now - strayAfter + 1;
    expect(look([served, completedItem(justOver)])).toBeUndefined();
    expect(look([served, completedItem(justOver - 1)])).toEqual({ ...served, ...due });
  });

  it("takes a runner whose job was given up for one that nobody needs", () => {
    const given = runningItem({ status: "failed", times: { received: start } });
    expect(look([served, given])).toEqual({ ...served, ...due });
  });

  it("has GitHub asked about a runner that has had a foreign job for long", () => {
    const foreign = [runnerItem({ serves: "5-1" }), completedItem(start)];
    const latest = rules.now - foreignAfter - strayAfter;
    expect(look(foreign, { startedAt: latest + 1 })).toBeUndefined();
    expect(look(foreign, { startedAt: latest })).toEqual({ ...foreign[0], ...due });
  });

  it("finds a runner that was taken for ended", () => {
    const ended = runnerItem({ ended: { at: start, reason: "no job needed it" } });
    expect(look([ended])).toEqual({ ...runnerItem(), ...due });
    const justEnded = { at: rules.now - strayAfter + 1, reason: "no job needed it" };
    expect(look([runnerItem({ ended: justEnded })])).toBeUndefined();
  });

  it("waits for a runner without a job as long as it may idle", () => {
    const robbed = runningItem({ runnerName: "tornade-5-1-1" });
    const idle = runnerItem();
    const latest = rules.now - strayAfter - rules.idleSeconds * 1_000;
    expect(look([idle, robbed], { startedAt: latest + 1 })).toBeUndefined();
    expect(look([idle, robbed], { startedAt: latest })).toEqual({ ...idle, ...due });
    expect(look([idle], { startedAt: latest })).toEqual({ ...idle, ...due });
  });

  it("leaves a runner alone whose own job waits: that is looked at once it is overdue", () => {
    expect(look([runnerItem(), launchedItem()])).toBeUndefined();
  });

  it("leaves alone what is being retired already", () => {
    const owing = runnerItem({ serves: "4711-1", owed: ["stop"], wakeAt: rules.now + minute });
    expect(look([owing, completedItem(start)])).toBeUndefined();
  });

  it("knows a runner that was never recorded by its job", () => {
    const { installationId, repository } = queuedJob();
    const origin = { madeFor: "4711-1", repository, installationId };
    const found = look([jobItem({ times: { completed: start } })], { provider: "CODEBUILD" });
    expect(found).toMatchObject({ ...due, ...origin, computeId: "task-1", provider: "CODEBUILD" });
  });

  describe("of a runner of which only the job is known that took it", () => {
    const taken = bindRunner(newRunnerItem("tornade-4711-1-1", "4711-1", start), "5-1");
    const long = { startedAt: start - 300 * minute };

    it("learns from the job it was made for where GitHub has to be asked", () => {
      const { installationId, repository } = queuedJob();
      const renamed = { ...repository, fullName: "initech/app", owner: "initech" };
      const made = runningItem({ job: queuedJob({ repository: renamed }) });
      const known = { repository: renamed, installationId, serves: "5-1" };
      expect(look([taken, made], long)).toMatchObject({ ...due, ...known });
    });

    it("leaves it alone where that is not known either", () => {
      expect(look([taken], long)).toBe("unknown");
    });
  });

  it("cannot judge what is in no row, nor what has another name than a runner", () => {
    expect(look([])).toBe("unknown");
    expect(look([jobItem()], { runnerName: "somebody" })).toBe("unknown");
  });
});
