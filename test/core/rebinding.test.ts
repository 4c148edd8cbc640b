import { describe, expect, it } from "vitest";

import type { LedgerItem, RunnerItem } from "../../functions/core/ledger.ts";
import {
  awaits,
  findJobLeftWithout,
  findRunnerLeftBy,
  findRunnerLeftFor,
  fits,
  waitsForRunner,
} from "../../functions/core/rebinding.ts";
import {
  circumstances,
  itemsOf,
  jobItem,
  launchedItem,
  launchingItem,
  launchOf,
  queuedJob,
  runnerItem,
  runningItem,
  start,
} from "./builders.ts";
import { launched, runnerOf, running, swap } from "./robberies.ts";

const around = circumstances();

function leftFor(job: number, items: readonly LedgerItem[]) {
  const walk = findRunnerLeftFor(launched(job), itemsOf(...items), around);
  return walk.kind === "found" ? walk.item.name : walk;
}

function leftWithout(runner: RunnerItem, items: readonly LedgerItem[]) {
  const walk = findJobLeftWithout(runner, itemsOf(...items), around);
  return walk.kind === "found" ? walk.item.id : walk;
}

describe("findRunnerLeftFor", () => {
  it.each<[situation: string, items: readonly LedgerItem[], left: string]>([
    ["its own, where nobody took it", [runnerOf(1)], "tornade-1-1-1"],
    ["its own, where it has that already", [runnerOf(1, 1)], "tornade-1-1-1"],
    ["that of the job which took its own", swap(1, 2), "tornade-2-1-1"],
    ["the last of a chain of three", [...swap(1, 2), ...swap(2, 3)], "tornade-3-1-1"],
    [
      "none but the one that runs it, in a closed circle",
      [runnerOf(1, 2), running(2, "tornade-1-1-1"), runnerOf(2, 1)],
      "tornade-2-1-1",
    ],
  ])("finds %s", (_situation, items, left) => {
    expect(leftFor(1, items)).toBe(left);
  });

  it.each<[situation: string, items: readonly LedgerItem[], missing: string | undefined]>([
    ["a job that took a runner", [runnerOf(1, 2)], "job#2-1"],
    [
      "nothing, where that job was never launched",
      [runnerOf(1, 2), jobItem({ job: queuedJob({ id: 2 }) })],
      undefined,
    ],
  ])("says that it misses %s", (_situation, items, missing) => {
    expect(leftFor(1, items)).toEqual({ kind: "nobody", ...(missing && { missing }) });
  });

  it.each<[situation: string, items: readonly LedgerItem[], name: string]>([
    ["the runner of the job itself", [], "tornade-1-1-1"],
    ["the runner of the job that took that", swap(1, 2).slice(0, 2), "tornade-2-1-1"],
  ])("tells what is known of %s, where nobody recorded it", (_situation, items, name) => {
    expect(findRunnerLeftFor(launched(1), itemsOf(...items), circumstances())).toMatchObject({
      kind: "nobody",
      missing: `runner#${name}`,
      unrecorded: { name, labels: ["tornade"], provider: "FARGATE" },
    });
  });

  it("looks at the launch under way first: its runner may have been taken already", () => {
    const launches = [launchOf(1, { outcome: "started" }), launchOf(2)];
    const items = itemsOf(runnerItem({ name: "tornade-4711-1-2" }), runnerItem());
    const walk = findRunnerLeftFor(launchingItem({ launches }), items, around);
    expect(walk).toMatchObject({ kind: "found", item: { name: "tornade-4711-1-2" } });
  });

  it("finds nobody where two others have each other's", () => {
    const items = [runnerOf(1, 2), running(2, "tornade-1-1-1"), runnerOf(2, 3), running(3, "x")];
    expect(leftFor(1, [...items, runnerOf(3, 2)])).toEqual({ kind: "nobody" });
  });
});

describe("findRunnerLeftBy", () => {
  it.each<[situation: string, items: readonly LedgerItem[], left: string]>([
    ["the runner itself, where it idles", [runnerOf(1)], "tornade-1-1-1"],
    ["the runner itself, where it has its own job", [runnerOf(1, 1)], "tornade-1-1-1"],
    ["that of the job which took it", swap(1, 2), "tornade-2-1-1"],
    ["the last of a chain", [...swap(1, 2), ...swap(2, 3)], "tornade-3-1-1"],
  ])("finds %s", (_situation, items, left) => {
    const runner = items.find((item) => item.kind === "runner") ?? runnerOf(1);
    const walk = findRunnerLeftBy(runner, itemsOf(...items), around);
    expect(walk).toMatchObject({ kind: "found", item: { name: left } });
  });

  it("does not know what a foreign job left", () => {
    const walk = findRunnerLeftBy(runnerOf(1, 9), itemsOf(), around);
    expect(walk).toEqual({ kind: "nobody", missing: "job#9-1" });
  });
});

describe("findJobLeftWithout", () => {
  it.each<[situation: string, runner: RunnerItem, items: readonly LedgerItem[]]>([
    ["the one it was made for", runnerOf(1), [launched(1)]],
    ["the one whose runner that one has", runnerOf(2), [launched(1), ...swap(1, 2)]],
    ["the first of a chain", runnerOf(3), [launched(1), ...swap(1, 2), ...swap(2, 3)]],
  ])("finds %s", (_situation, runner, items) => {
    expect(leftWithout(runner, items)).toBe("job#1-1");
  });

  it.each<[situation: string, runner: RunnerItem, items: readonly LedgerItem[]]>([
    ["its own job has it", runnerOf(1, 1), [running(1, "tornade-1-1-1"), runnerOf(1, 1)]],
    [
      "its own job has an earlier runner of its own",
      { ...runnerOf(1), name: "tornade-1-1-2", id: "runner#tornade-1-1-2" },
      [running(1, "tornade-1-1-1"), runnerOf(1, 1)],
    ],
    ["its own job has a runner that is none of ours", runnerOf(1), [running(1, "build-agent")]],
    [
      "two jobs have each other's",
      runnerOf(1, 2),
      [running(1, "tornade-2-1-1"), running(2, "tornade-1-1-1"), runnerOf(1, 2), runnerOf(2, 1)],
    ],
    [
      "two others have each other's",
      { ...runnerOf(1), name: "tornade-1-1-2", id: "runner#tornade-1-1-2" },
      [running(1, "tornade-2-1-1"), running(2, "tornade-1-1-1"), runnerOf(1, 2), runnerOf(2, 1)],
    ],
  ])("finds nobody when %s", (_situation, runner, items) => {
    expect(leftWithout(runner, items)).toEqual({ kind: "nobody" });
  });

  it.each<[what: string, items: readonly LedgerItem[], missing: string]>([
    ["the job", [], "job#1-1"],
    ["the job whose runner that one has", [running(1, "tornade-2-1-1")], "job#2-1"],
  ])("says that it misses %s", (_what, items, missing) => {
    expect(leftWithout(runnerOf(1), items)).toEqual({ kind: "nobody", missing });
  });
});

describe("fits", () => {
  const job = queuedJob({ labels: ["tornade", "Big"] });
  const { repository } = job;
  const lib = { ...repository, id: 8, fullName: "acme/lib" };
  const inLib = runnerItem({ labels: job.labels, repository: lib });
  const ofRepository = circumstances({ runnerScope: "repository" });

  it.each<[what: string, runner: RunnerItem]>([
    ["the same labels, in any case", runnerItem({ labels: ["Tornade", "big"] })],
    ["more labels", runnerItem({ labels: ["tornade", "big", "x"] })],
  ])("takes a runner with %s, whatever the scope", (_what, runner) => {
    expect(fits(runner, job, ofRepository)).toBe(true);
    expect(fits(runner, job, around)).toBe(true);
  });

  it("knows a repository by its id, and an organization in whatever case it is written", () => {
    const renamed = { ...inLib, repository: { ...lib, id: repository.id, owner: "initech" } };
    expect(fits(renamed, job, ofRepository)).toBe(true);
    expect(fits({ ...inLib, repository: { ...lib, owner: "ACME" } }, job, around)).toBe(true);
  });

  it("takes a runner of another repository only where the organization shares its runners", () => {
    expect(fits(inLib, job, around)).toBe(true);
    expect(fits(inLib, job, ofRepository)).toBe(false);
  });

  it.each<[what: string, runner: RunnerItem]>([
    ["a label less", runnerItem({ labels: ["tornade"] })],
    ["another repository of a person", { ...inLib, repository: { ...lib, ownerType: "User" } }],
    ["another owner", { ...inLib, repository: { ...lib, owner: "other" } }],
    ["a public repository", { ...inLib, repository: { ...lib, private: false } }],
  ])("does not take a runner with %s", (_what, runner) => {
    expect(fits(runner, job, around)).toBe(false);
  });

  it("does not leave a public repository's job to the runner of a private one", () => {
    const open = { ...job, repository: { ...repository, private: false } };
    expect(fits(inLib, open, around)).toBe(false);
    expect(fits({ ...inLib, repository: { ...lib, private: false } }, open, around)).toBe(true);
  });

  it.each<[situation: string, roles: Readonly<Record<string, string>>, isFit: boolean]>([
    ["has a role that the job has not", { "acme/lib": "a" }, false],
    ["has not the role of the job", { "acme/app": "a" }, false],
    ["has another role", { "acme/app": "a", "acme/lib": "b" }, false],
    ["has the same role", { "acme/app": "a", "acme/lib": "a" }, true],
  ])("looks at the AWS role of a runner that %s", (_situation, roles, isFit) => {
    const withRoles = circumstances({ repositoryRoles: new Map(Object.entries(roles)) });
    expect(fits(inLib, job, withRoles)).toBe(isFit);
    expect(fits({ ...inLib, repository }, job, withRoles)).toBe(true);
  });

  it("finds the role in whatever case GitHub writes the repository", () => {
    const shouted = { ...inLib, repository: { ...lib, fullName: "Acme/Lib" } };
    const withRole = circumstances({ repositoryRoles: new Map([["acme/lib", "a"]]) });
    expect(fits(shouted, job, withRole)).toBe(false);
  });

  it("does not count on a runner whose repository is unknown", () => {
    const { repository: _repository, ...unknown } = runnerItem({ labels: job.labels });
    expect(fits(unknown, job, around)).toBe(false);
  });
});

describe("waitsForRunner", () => {
  it.each([
    ["launched", launchedItem(), true],
    ["refused", launchedItem({ status: "refused" }), true],
    ["being launched", launchingItem(), false],
    ["parked", jobItem(), false],
    ["running", runningItem(), false],
    [
      "running as a refused one",
      launchedItem({ status: "refused", times: { started: start } }),
      false,
    ],
    ["over", launchedItem({ status: "refused", times: { completed: start } }), false],
  ])("tells of a job that is %s", (_state, item, waits) => {
    expect(waitsForRunner(item)).toBe(waits);
  });
});

describe("awaits", () => {
  it.each<[what: string, runner: RunnerItem, waits: boolean]>([
    ["its own runner", runnerItem(), true],
    ["its own runner that another job has", runnerItem({ serves: "5-1" }), false],
    ["an earlier runner of its own", runnerItem({ name: "tornade-4711-1-0" }), false],
    ["another job's runner", runnerOf(1), false],
  ])("tells of %s", (_what, runner, waits) => {
    expect(awaits(launchedItem(), runner, around)).toBe(waits);
  });
});
