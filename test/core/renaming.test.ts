import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import { dispatch } from "../../functions/core/dispatch.ts";
import type { JobEnvelope } from "../../functions/core/envelope.ts";
import type { JobItem } from "../../functions/core/ledger.ts";
import { isRenamed, nameKnownAt } from "../../functions/core/renaming.ts";
import {
  circumstances,
  itemsOf,
  jobEnvelope,
  jobEvent,
  jobItem,
  launchedItem,
  launchingItem,
  queuedJob,
  runnerItem,
  runningItem,
  start,
  toIgnore,
} from "./builders.ts";
import { createFakeWorld, readJobItem } from "./fakes.ts";

const own = "tornade-4711-1-1";
const minute = 60_000;
const { repository, installationId: _installation, ...nameless } = queuedJob();
const initech = { ...repository, owner: "initech", fullName: "initech/app" };
const renamed = queuedJob({ repository: initech });
const waiting = jobItem({ wakeAt: start + minute });

function tell(item: JobItem | undefined, told: Partial<JobEnvelope>) {
  const items = itemsOf(...(item === undefined ? [] : [item]), runnerItem());
  return decide(items, jobEvent({ job: renamed, ...told }), circumstances());
}

describe("a decision about a job whose repository has another name by now", () => {
  it.each([
    ["job waits already", waiting],
    ["job has a runner", launchedItem()],
    ["launch under way", launchingItem()],
    ["job is over", jobItem({ status: "failed", owed: ["tell"] })],
  ])("writes the name, and that once, where '%s'", (outcome, item) => {
    const { writes, ...decision } = tell(item, {});
    expect(writes).toEqual([{ ...item, job: renamed, namedAt: start - 1_000 }]);
    expect(decision.outcome).toBe(outcome);
    const after = decide(itemsOf(...writes), jobEvent({ job: renamed }), circumstances());
    expect(after).toMatchObject({ writes: [], outcome });
  });

  it.each([
    ["queued", jobItem(), "claimed"],
    ["in_progress", launchedItem(), "running"],
    ["completed", launchedItem(), "completed without a runner"],
  ] as const)("has the name in all that it writes when told of '%s'", (action, item, outcome) => {
    const decision = tell(item, { action, happenedAt: start });
    expect(decision.outcome).toBe(outcome);
    const jobs = decision.writes.filter(({ kind }) => kind === "job");
    expect(jobs).toMatchObject([{ job: { repository: initech }, namedAt: start }]);
    expect(JSON.stringify(decision)).not.toContain("acme");
  });

  it("leaves a job alone that is over, or whose new owner is shut out", () => {
    const over = jobItem({ times: { queued: start - 1_000, completed: start } });
    expect(tell(over, { happenedAt: start }).writes).toEqual([]);
    const shutOut = jobEvent({ job: renamed }, toIgnore);
    expect(decide(itemsOf(waiting), shutOut, circumstances()).writes).toEqual([]);
  });

  it("keeps the installation that is not told, unless the owner is another one", () => {
    const ofNobody = { ...nameless, repository: initech };
    expect(tell(waiting, { job: ofNobody }).writes).toMatchObject([{ job: ofNobody }]);
    expect(tell(waiting, { job: ofNobody }).writes[0]).not.toHaveProperty("job.installationId");
    const shouted = { ...repository, owner: "Acme", fullName: "Acme/app" };
    const { writes } = tell(waiting, { job: { ...nameless, repository: shouted } });
    expect(writes).toMatchObject([{ job: queuedJob({ repository: shouted }) }]);
  });

  it("remembers when a job was found in a list, whose webhook may come later with the old name", () => {
    const [found] = tell(undefined, { namedAt: start }).writes;
    expect(found).toMatchObject({ job: renamed, namedAt: start });
    const late = jobEvent({ receivedAt: start + minute });
    const decided = decide(itemsOf(found ?? waiting), late, circumstances());
    expect(decided.writes).toEqual([]);
  });
});

describe("isRenamed", () => {
  it.each([
    ["another full name", { repository: { ...repository, fullName: "acme/new" } }, true],
    ["another owner", { repository: initech }, true],
    ["another kind of owner", { repository: { ...repository, ownerType: "User" } }, true],
    ["another visibility", { repository: { ...repository, private: false } }, true],
    ["another installation", { installationId: 43 }, true],
    ["the same", {}, false],
    ["another repository", { repository: { ...initech, id: 8 } }, false],
  ] as const)("sees %s", (_what, told, expected) => {
    expect(isRenamed(waiting, jobEnvelope({ job: queuedJob(told) }))).toBe(expected);
  });

  it("takes no installation for the same one", () => {
    expect(isRenamed(waiting, jobEnvelope({ job: { ...nameless, repository } }))).toBe(false);
    const item = jobItem({ job: { ...nameless, repository } });
    expect(isRenamed(item, jobEnvelope())).toBe(true);
  });

  it.each([
    ["older news", {}, start - 1_001, false],
    ["news of the same time", {}, start - 1_000, true],
    ["news of the same time again", { namedAt: start - 1_000 }, start - 1_000, false],
    ["later news", { namedAt: start - 1_000 }, start, true],
    ["what was told before the last name", { namedAt: start }, start - 1_000, false],
  ])("goes by when it was told, not when it came: %s", (_what, named, happenedAt, expected) => {
    const envelope = jobEnvelope({ job: renamed, happenedAt, receivedAt: start + minute });
    expect(isRenamed(jobItem(named), envelope)).toBe(expected);
  });

  it("believes a list that was read just now", () => {
    const listed = jobEnvelope({ job: renamed, namedAt: start + 1 });
    expect(isRenamed(jobItem({ namedAt: start }), listed)).toBe(true);
  });
});

describe("nameKnownAt", () => {
  it.each([
    ["when it was named", { namedAt: 5, times: { queued: 1 } }, 5],
    ["when it was queued", { times: { queued: 1, started: 2 } }, 1],
    ["when it started", { times: { started: 2, completed: 3 } }, 2],
    ["when it was over", { times: { completed: 3 } }, 3],
    ["never", { times: {} }, 0],
  ])("is %s", (_when, item, at) => {
    expect(nameKnownAt(jobItem(item))).toBe(at);
  });
});

describe("dispatch of a job whose organization is renamed while it waits", () => {
  it("registers its runner under the new name, which no old delivery takes away", async () => {
    const world = createFakeWorld();
    world.outcomes.set("FARGATE", [{ kind: "no-capacity", message: "none" }]);
    await dispatch(jobEvent(), world.ports);
    await dispatch(jobEvent({ job: renamed }), world.ports);
    world.clock.now += minute;
    await dispatch(jobEvent({ receivedAt: world.clock.now }), world.ports);
    expect(readJobItem(world, "job#4711-1")).toMatchObject({ status: "launched", job: renamed });
    expect([...world.runners.values()]).toMatchObject([{ madeFor: { repository: initech } }]);
  });
});

describe("a runner whose owner was renamed since it was made", () => {
  const other = { ...initech, id: 8 };
  it.each([
    ["its repository", { ...nameless, repository: initech }],
    ["its installation", queuedJob({ repository: other })],
    ["its login", { ...nameless, repository: { ...repository, id: 8, owner: "ACME" } }],
  ])("is known by %s", (_what, job) => {
    const { writes } = decide(
      itemsOf(runningItem({ job }), runnerItem()),
      jobEvent({ action: "in_progress", runnerName: own, job }),
      circumstances(),
    );
    expect(writes).toMatchObject([{ name: own, serves: "4711-1" }]);
  });

  it.each([
    ["both have installations", queuedJob({ installationId: 43, repository: other })],
    ["one has an installation", { ...nameless, repository: other }],
  ])("is another's where nothing is the same, and %s", (_what, job) => {
    const event = jobEvent({ action: "in_progress", runnerName: own, job }, toIgnore);
    expect(decide(itemsOf(runnerItem()), event, circumstances()).writes).toEqual([]);
  });
});
