import { describe, expect, it, vi } from "vitest";

import type { JobEnvelope } from "../../functions/core/envelope.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import type { ActiveRepository } from "../../functions/core/cursor-item.ts";
import type { Policy } from "../../functions/core/policy.ts";
import type { SweepPorts } from "../../functions/core/sweep-pass.ts";
import { sweepRepositories } from "../../functions/core/sweep-repositories.ts";
import { jobEnvelope, jobItem, launchedItem, queuedJob, start } from "./builders.ts";
import { createFakeRuns } from "./fake-runs.ts";
import { createFakeWorld, store } from "./fakes.ts";

const minute = 60_000;
const { repository } = queuedJob();

const policy: Policy = { owners: ["acme", "umbrella"], publicRepositories: "refuse" };

function createSweep() {
  const { ports, ...world } = createFakeWorld();
  const { fake, runs } = createFakeRuns();
  const sweep = async (open = [launchedItem()], overrides: Partial<SweepPorts> = {}) =>
    sweepRepositories(open, { ...ports, launchLabel: "tornade", policy, runs, ...overrides });
  const readRecord = async (): Promise<readonly ActiveRepository[]> => {
    const { item } = await world.ledger.read("cursor#sweep");
    return item?.kind === "cursor" ? (item.repositories ?? []) : [];
  };
  return { ...world, ports, github: fake, sweep, readRecord };
}

function listedJob(id: number, overrides: Partial<JobEnvelope> = {}): JobEnvelope {
  const job = queuedJob({ id, runId: 1 });
  return jobEnvelope({ job, happenedAt: start - 2 * minute, receivedAt: start, ...overrides });
}

/** A sweep of a repository with one run, in which these jobs are queued. */
function createSweepOf(...jobs: readonly JobEnvelope[]) {
  const test = createSweep();
  test.github.listed.in_progress.push({ id: 1, updatedAt: 7 });
  test.github.jobs.set(1, [...jobs]);
  return test;
}

/** A call that never settles: the instance that made it is gone. */
async function never(): Promise<never> {
  return new Promise(() => {});
}

describe("sweepRepositories", () => {
  it("asks nothing and writes nothing where nothing was active", async () => {
    const test = createSweep();
    expect(await test.sweep([])).toEqual({ swept: 0, announced: 0 });
    expect(test.github.asked).toEqual([]);
    expect(test.written).toEqual([]);
  });

  it("asks for the runs of each open status, and for the jobs of each run once", async () => {
    const test = createSweepOf();
    test.github.listed.queued.push({ id: 1, updatedAt: 7 }, { id: 2, updatedAt: 7 });
    test.github.listed.waiting.push({ id: 3, updatedAt: 7 });
    test.github.listed.pending.push({ id: 4, updatedAt: 7 });
    expect(await test.sweep()).toEqual({ swept: 1, announced: 0 });
    expect(test.github.asked).toEqual([
      "queued of acme/app",
      "in_progress of acme/app",
      "waiting of acme/app",
      "pending of acme/app",
      "jobs of 1, 1",
      "jobs of 2, 1",
      "jobs of 3, 1",
      "jobs of 4, 1",
    ]);
  });

  it("tells of a job that nobody told of, as its webhook would have", async () => {
    const missed = listedJob(11);
    const test = createSweepOf(missed);
    expect(await test.sweep()).toEqual({ swept: 1, announced: 1 });
    expect(test.sent).toEqual([{ envelope: missed, options: { groupId: "7" } }]);
    expect(test.lines).toMatchObject([
      { level: "warn", message: "queued job found without a webhook" },
    ]);
  });

  it.each([
    ["is somebody else's", listedJob(11, { job: queuedJob({ id: 11, labels: ["other"] }) })],
    [
      "is for a resident runner",
      listedJob(11, { job: queuedJob({ id: 11, labels: ["tornade", "type=static"] }) }),
    ],
    ["is known", listedJob(12)],
    ["was queued just now", listedJob(11, { happenedAt: start - 1_000 })],
  ])("does not tell of a job that %s", async (_which, listed) => {
    const test = createSweepOf(listed);
    await store(test, jobItem({ job: queuedJob({ id: 12 }) }));
    expect(await test.sweep()).toEqual({ swept: 1, announced: 0 });
    expect(test.sent).toEqual([]);
  });

  it("tells of a job that is to be refused", async () => {
    const labels = ["tornade", "type=static", "cpu=lots"];
    const test = createSweepOf(listedJob(11, { job: queuedJob({ id: 11, labels }) }));
    expect(await test.sweep()).toEqual({ swept: 1, announced: 1 });
  });

  it("sweeps a renamed repository on under its new name, whatever its open jobs say", async () => {
    const test = createSweepOf(listedJob(11));
    const renamed = { ...repository, fullName: "acme/new" };
    test.github.listed.in_progress.splice(0, 1, { id: 1, updatedAt: 7, repository: renamed });
    expect(await test.sweep()).toEqual({ swept: 1, announced: 1 });
    expect(test.github.origins).toMatchObject([{ repository: renamed, installationId: 42 }]);
    expect(await test.readRecord()).toMatchObject([
      { repository: renamed, knownAt: start, runs: [{ id: 1, updatedAt: 7, sweptAt: start }] },
    ]);
    test.clock.now += 5 * minute;
    await test.sweep();
    expect(test.github.asked.at(-1)).toBe("pending of acme/new");
  });

  it.each([
    ["became public", { ...repository, private: false }, "public repositories are not allowed"],
    ["went to another owner", { ...repository, owner: "initech" }, "owner is not allowed"],
    ["lost its name to another one", { ...repository, id: 8 }, "another one has its name"],
  ])("tells of nothing in a repository that %s, and forgets it", async (_how, listed, reason) => {
    const test = createSweepOf(listedJob(11));
    test.github.listed.queued.push(
      { id: 2, updatedAt: 7, repository: listed },
      { id: 3, updatedAt: 7, repository: listed },
    );
    expect(await test.sweep()).toEqual({ swept: 1, announced: 0 });
    expect(test.sent).toEqual([]);
    expect(test.lines).toMatchObject([
      { message: "repository not swept any more", fields: { reason } },
    ]);
    expect(await test.readRecord()).toEqual([]);
    // Its old jobs do not bring it back.
    for (let passes = 0; passes < 10; passes += 1) {
      test.clock.now += minute;
      expect(await test.sweep()).toEqual({ swept: 0, announced: 0 });
    }
    expect(test.github.asked).toHaveLength(4);
  });

  it("sweeps a repository again of which a webhook told after it was forgotten", async () => {
    const test = createSweepOf(listedJob(11));
    const open = { ...repository, private: false };
    test.github.listed.in_progress.splice(0, 1, { id: 1, updatedAt: 7, repository: open });
    await test.sweep();
    test.github.listed.in_progress.splice(0, 1, { id: 1, updatedAt: 7 });
    test.clock.now += minute;
    const told = launchedItem({ times: { queued: start + 1, received: start + 2 } });
    expect(await test.sweep([launchedItem(), told])).toEqual({ swept: 1, announced: 1 });
  });

  it("looks into a run again only once something changed in it", async () => {
    const test = createSweepOf(listedJob(11));
    await test.sweep();
    test.clock.now += 5 * minute;
    expect(await test.sweep()).toEqual({ swept: 1, announced: 0 });
    test.github.listed.in_progress.splice(0, 1, { id: 1, updatedAt: 8 });
    test.clock.now += 5 * minute;
    expect(await test.sweep()).toEqual({ swept: 1, announced: 1 });
    expect(test.github.asked.filter((one) => one === "jobs of 1, 1")).toHaveLength(2);
  });

  it("comes back after a minute for a job whose webhook could still come", async () => {
    const test = createSweepOf(listedJob(11, { happenedAt: start - 30_000 }));
    await test.sweep();
    test.clock.now += minute;
    expect(await test.sweep()).toEqual({ swept: 1, announced: 1 });
  });

  it("comes back after five minutes where there is nothing left to tell", async () => {
    const test = createSweepOf(listedJob(11));
    await test.sweep();
    test.clock.now += 4 * minute;
    expect(await test.sweep()).toEqual({ swept: 0, announced: 0 });
    test.clock.now += minute;
    expect(await test.sweep()).toEqual({ swept: 1, announced: 0 });
  });

  it("writes its record only when that has changed", async () => {
    const test = createSweep();
    await test.sweep();
    expect(test.written).toHaveLength(2);
    test.clock.now += minute;
    await test.sweep();
    expect(test.written).toHaveLength(2);
  });

  it("does not forget who was active when it is cut off", async () => {
    const test = createSweep();
    const runs = { listRuns: never, listQueued: never };
    void test.sweep([launchedItem()], { runs });
    await vi.waitFor(() => {
      expect(test.written).toHaveLength(1);
    });
    expect(await test.readRecord()).toMatchObject([{ repository, activeAt: start }]);
  });

  it("begins with what it did not come to when it was cut off", async () => {
    const test = createSweep();
    const open = ["acme/a", "acme/b"].map((fullName, id) =>
      launchedItem({ job: queuedJob({ id, repository: { ...repository, id, fullName } }) }),
    );
    void test.sweep(open, { runs: { listRuns: never, listQueued: never } });
    await vi.waitFor(() => {
      expect(test.written).toHaveLength(1);
    });
    test.clock.now += minute;
    await test.sweep(open);
    expect(test.github.asked[0]).toBe("queued of acme/b");
  });

  it("leaves the sweep to another pass that is at it", async () => {
    const test = createSweep();
    const stale = { ...test.ports.ledger, read: async () => ({ version: 0 }) };
    await test.sweep();
    test.github.asked.length = 0;
    await test.sweep([launchedItem()], { ledger: stale });
    expect(test.github.asked).toEqual([]);
    expect(await test.ledger.read("cursor#sweep")).toMatchObject({ version: 2 });
  });

  it("reads all pages of a run's jobs", async () => {
    const test = createSweepOf(listedJob(11), listedJob(12), listedJob(13));
    test.github.pageSize = 2;
    expect(await test.sweep()).toEqual({ swept: 1, announced: 3 });
  });

  it("reads all pages of a repository's runs, the next one once nothing is left on the last", async () => {
    const test = createSweep();
    test.github.pageSize = 2;
    test.github.listed.queued.push(...[5, 4, 3, 2, 1].map((id) => ({ id, updatedAt: 7 })));
    test.github.jobs.set(1, [listedJob(11)]);
    expect(await test.sweep()).toEqual({ swept: 1, announced: 1 });
    expect(test.github.asked).toEqual([
      "queued of acme/app",
      "in_progress of acme/app",
      "waiting of acme/app",
      "pending of acme/app",
      "jobs of 5, 1",
      "jobs of 4, 1",
      "queued of acme/app, 2",
      "jobs of 3, 1",
      "jobs of 2, 1",
      "queued of acme/app, 3",
      "jobs of 1, 1",
    ]);
    test.clock.now += 5 * minute;
    test.github.asked.length = 0;
    await test.sweep();
    expect(test.github.asked.filter((one) => one.startsWith("jobs"))).toEqual([]);
  });

  it("comes to the last of a thousand runs within an hour, and to all again in the next", async () => {
    const test = createSweep();
    const runs = Array.from({ length: 1_000 }, (_, id) => ({ id: 2_000 - id, updatedAt: 7 }));
    test.github.listed.queued.push(...runs);
    const looks = new Map<string, number>();
    const seen: number[] = [];
    for (let pass = 0; pass < 120; pass += 1) {
      test.github.asked.length = 0;
      await test.sweep();
      expect(test.github.asked.length).toBeLessThanOrEqual(30);
      const jobs = test.github.asked.filter((one) => one.startsWith("jobs"));
      for (const one of jobs) looks.set(one, (looks.get(one) ?? 0) + 1);
      seen.push(looks.size);
      test.clock.now += minute;
    }
    expect(seen[59]).toBe(1_000);
    expect(Math.min(...looks.values())).toBeGreaterThanOrEqual(2);
  });

  it("stops where a fifth of the requests is left, and comes back after a minute", async () => {
    const test = createSweepOf(listedJob(11));
    test.github.left = 0.19;
    await test.sweep();
    expect(test.github.asked).toEqual(["queued of acme/app"]);
    expect(await test.readRecord()).toMatchObject([{ dueAt: start + minute, runs: [] }]);
    test.github.left = 0.2;
    test.clock.now += minute;
    expect(await test.sweep()).toEqual({ swept: 1, announced: 1 });
  });

  it("asks no more than thirty questions, and has the rest first in the next pass", async () => {
    const test = createSweep();
    const ids = Array.from({ length: 20 }, (_, id) => id + 1);
    test.github.listed.queued.push(...ids.map((id) => ({ id, updatedAt: 7 })));
    const open = ["acme/a", "acme/b"].map((fullName, id) =>
      launchedItem({ job: queuedJob({ id, repository: { ...repository, id, fullName } }) }),
    );
    await test.sweep(open);
    expect(test.github.asked).toHaveLength(30);
    expect(await test.readRecord()).toMatchObject([
      { dueAt: start + 5 * minute },
      { dueAt: start + minute },
    ]);
    test.clock.now += minute;
    await test.sweep(open);
    expect(test.github.asked).toHaveLength(30 + 4 + 18);
  });

  it("leaves due what it has no time for", async () => {
    const test = createSweep();
    test.faults.set("send", [
      () => {
        test.clock.now += 7_000;
      },
    ]);
    test.github.listed.queued.push({ id: 1, updatedAt: 7 });
    test.github.jobs.set(1, [listedJob(11)]);
    const open = ["acme/a", "acme/b"].map((fullName, id) =>
      launchedItem({ job: queuedJob({ id, repository: { ...repository, id, fullName } }) }),
    );
    expect(await test.sweep(open)).toEqual({ swept: 1, announced: 1 });
    expect(await test.readRecord()).toMatchObject([
      { dueAt: start + 5 * minute },
      { dueAt: start },
    ]);
  });

  it("goes on with the others where a repository or a run is refused", async () => {
    const test = createSweep();
    const refused = new GitHubError("GitHubRefused", "404 Not Found");
    test.github.faults.set("queued of acme/a", refused).set("jobs of 1, 1", refused);
    test.github.listed.queued.push({ id: 1, updatedAt: 7 }, { id: 2, updatedAt: 7 });
    test.github.jobs.set(2, [listedJob(11)]);
    const open = ["acme/a", "acme/b"].map((fullName, id) =>
      launchedItem({ job: queuedJob({ id, repository: { ...repository, id, fullName } }) }),
    );
    expect(await test.sweep(open)).toEqual({ swept: 2, announced: 1 });
    expect(test.lines.map(({ message }) => message)).toEqual([
      "repository not swept",
      "repository not swept",
      "queued job found without a webhook",
    ]);
    expect(await test.readRecord()).toMatchObject([
      { dueAt: start + 5 * minute, runs: [] },
      { dueAt: start + 5 * minute, runs: [{ id: 2 }] },
    ]);
  });

  it.each([
    ["GitHub", new GitHubError("GitHubUnavailable", "GitHub is down")],
    ["anything else", new Error("read ECONNRESET")],
  ])("stops where %s is down, and has the others first in the next pass", async (_what, down) => {
    const test = createSweep();
    test.github.faults.set("queued of acme/a", down);
    const open = ["acme/a", "acme/b"].map((fullName, id) =>
      launchedItem({ job: queuedJob({ id, repository: { ...repository, id, fullName } }) }),
    );
    expect(await test.sweep(open)).toEqual({ swept: 1, announced: 0 });
    expect(await test.readRecord()).toMatchObject([
      { dueAt: start + 5 * minute },
      { dueAt: start },
    ]);
    test.clock.now += minute;
    expect(await test.sweep(open)).toEqual({ swept: 1, announced: 0 });
    expect(test.github.asked).toEqual([
      "queued of acme/a",
      "queued of acme/b",
      "in_progress of acme/b",
      "waiting of acme/b",
      "pending of acme/b",
    ]);
  });

  it("asks an owner nothing more once GitHub has refused for too many requests", async () => {
    const test = createSweep();
    const limited = new GitHubError("GitHubRateLimited", "slow down", start + minute);
    test.github.faults.set("queued of acme/a", limited);
    const owners = [
      ["acme/a", "acme"],
      ["acme/b", "acme"],
      ["umbrella/c", "umbrella"],
    ] as const;
    const open = owners.map(([fullName, owner], id) =>
      launchedItem({ job: queuedJob({ id, repository: { ...repository, id, fullName, owner } }) }),
    );
    await test.sweep(open);
    expect(test.github.asked).toEqual([
      "queued of acme/a",
      "queued of umbrella/c",
      "in_progress of umbrella/c",
      "waiting of umbrella/c",
      "pending of umbrella/c",
    ]);
  });

  it("takes a look of another kind for none of its own", async () => {
    const test = createSweep();
    await store(test, { kind: "cursor", id: "cursor#sweep", at: start, expiresAt: start + minute });
    expect(await test.sweep([])).toEqual({ swept: 0, announced: 0 });
  });
});
