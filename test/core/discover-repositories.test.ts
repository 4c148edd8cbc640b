import type { Origin } from "../../functions/core/job.ts";
import { describe, expect, it, vi } from "vitest";

import {
  type DiscoveryPorts,
  discoverRepositories,
} from "../../functions/core/discover-repositories.ts";
import { GitHubError, type GitHubErrorCode } from "../../functions/core/github-error.ts";
import type { Installations, ListedRepository } from "../../functions/core/installations.ts";
import type { CursorItem, Installation } from "../../functions/core/cursor-item.ts";
import type { OpenRuns } from "../../functions/core/open-runs.ts";
import { jobEnvelope, queuedJob, start } from "./builders.ts";
import { createFakeRuns } from "./fake-runs.ts";
import { createFakeWorld, store } from "./fakes.ts";

const minute = 60_000;
const acme: Installation = { id: 42, owner: "acme" };

/** Installations with their repositories, in memory. */
function createFakeInstallations() {
  const fake = {
    asked: new Array<string>(),
    installed: [acme],
    isCut: false,
    repositories: new Map<string, ListedRepository[]>(),
    left: 1,
    pageSize: 100,
    /** By what is asked: thrown instead of the answer. */
    faults: new Map<string, Error>(),
  };
  const ask = (question: string): void => {
    fake.asked.push(question);
    const fault = fake.faults.get(question);
    if (fault !== undefined) throw fault;
  };
  const installations: Installations = {
    list: async () => {
      ask("installations");
      return { installations: fake.installed, isCut: fake.isCut };
    },
    listRepositories: async ({ owner }, page) => {
      ask(`repositories of ${owner}, ${page}`);
      const all = fake.repositories.get(owner) ?? [];
      const entries = all.slice((page - 1) * fake.pageSize, page * fake.pageSize);
      const hasMore = all.length > page * fake.pageSize;
      return { entries, hasMore, total: all.length, left: fake.left };
    },
  };
  return { fake, installations };
}

function createDiscovery() {
  const { ports, ...world } = createFakeWorld();
  const { fake: github, runs } = createFakeRuns();
  const { fake: listing, installations } = createFakeInstallations();
  const all: DiscoveryPorts = {
    ...ports,
    launchLabel: "tornade",
    runs,
    installations,
    policy: { owners: ["Acme", "umbrella"], publicRepositories: "refuse" },
  };
  const discover = async (overrides: Partial<DiscoveryPorts> = {}) =>
    discoverRepositories({ ...all, ...overrides });
  const readRecord = async (): Promise<CursorItem> => {
    const { item } = await world.ledger.read("cursor#installations");
    if (item?.kind !== "cursor") throw new Error("the ledger has no record");
    return item;
  };
  return { ...world, ports, github, listing, discover, readRecord };
}

type Test = ReturnType<typeof createDiscovery>;

/** Repositories that were pushed to a minute ago, listed for their owner. */
function push(test: Test, fullNames: readonly string[], pushedAt = start - minute): void {
  for (const [index, fullName] of fullNames.entries()) {
    const [owner = ""] = fullName.split("/");
    // Of such ids none has a turn within 18 minutes from the start, when there are at most a hundred.
    const id = 1_009 * index + 572;
    const repository = { ...queuedJob().repository, id, fullName, owner };
    const known = test.listing.repositories.get(owner) ?? [];
    test.listing.repositories.set(owner, [...known, { repository, pushedAt }]);
  }
}

/** A run with one job of ours that nobody told of, in whatever repository is asked about. */
function queueLost({ github }: Test, id = 11) {
  const { repository } = queuedJob();
  const job = queuedJob({ id, runId: 1, repository: { ...repository, fullName: "acme/a" } });
  const lost = jobEnvelope({ job, happenedAt: start - 2 * minute, receivedAt: start });
  github.listed.queued.push({ id: 1, updatedAt: 7 });
  github.jobs.set(1, [lost]);
  return lost;
}

function names(count: number, owner = "acme"): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${owner}/app-${index + 1}`);
}

/** A call that never settles: the instance that made it is gone. */
async function never(): Promise<never> {
  return new Promise(() => {});
}

function fail(code: GitHubErrorCode): GitHubError {
  return new GitHubError(code, "no");
}

describe("discoverRepositories", () => {
  it("tells of the only job of a repository that was never heard of", async () => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    const lost = queueLost(test);
    expect(await test.discover()).toEqual({ swept: 1, announced: 1 });
    expect(test.sent).toEqual([{ envelope: lost, options: { groupId: "7" } }]);
    expect(test.listing.asked).toEqual(["installations", "repositories of acme, 1"]);
    expect(await test.readRecord()).toMatchObject({ at: start, repositories: [] });
  });

  it("sweeps with the installation that listed the repository", async () => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    const asked: Origin[] = [];
    const runs: OpenRuns = {
      listRuns: async (origin) => {
        asked.push(origin);
        return never();
      },
      listQueued: never,
    };
    void test.discover({ runs });
    await vi.waitFor(() => {
      expect(asked).toMatchObject([{ installationId: 42, repository: { fullName: "acme/a" } }]);
    });
  });

  it("asks nothing more within five minutes, and writes nothing", async () => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    await test.discover();
    const written = test.written.length;
    test.listing.asked.length = 0;
    test.clock.now += 4 * minute;
    expect(await test.discover()).toEqual({ swept: 0, announced: 0 });
    expect(test.listing.asked).toEqual([]);
    expect(test.written).toHaveLength(written);
    test.clock.now += minute;
    await test.discover();
    expect(test.listing.asked).toEqual(["installations", "repositories of acme, 1"]);
  });

  it("sweeps what was pushed to twice, and then no more", async () => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    const swept: number[] = [];
    for (let passes = 0; passes < 4; passes += 1) {
      swept.push((await test.discover()).swept);
      test.clock.now += 5 * minute;
    }
    expect(swept).toEqual([1, 1, 0, 0]);
  });

  it("comes back after a minute for a job whose webhook could still come", async () => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    const { job } = queueLost(test);
    test.github.jobs.set(1, [jobEnvelope({ job, happenedAt: start - 30_000 })]);
    expect(await test.discover()).toEqual({ swept: 1, announced: 0 });
    test.clock.now += minute;
    expect(await test.discover()).toEqual({ swept: 1, announced: 1 });
  });

  it.each([
    ["an owner who is not served", "initech/a", true],
    ["a public repository", "acme/a", false],
  ])("never looks into %s", async (_which, fullName, isPrivate) => {
    const test = createDiscovery();
    test.listing.installed = [acme, { id: 7, owner: "initech" }];
    push(test, [fullName]);
    for (const entries of test.listing.repositories.values()) {
      entries.splice(
        0,
        1,
        ...entries.map(({ repository, pushedAt }) => ({
          repository: { ...repository, private: isPrivate },
          pushedAt,
        })),
      );
    }
    expect(await test.discover()).toEqual({ swept: 0, announced: 0 });
    expect(test.github.asked).toEqual([]);
    expect(test.listing.asked).not.toContain("repositories of initech, 1");
  });

  it("tells of nothing in a repository that became public since it was listed, and drops it", async () => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    const [listed] = test.listing.repositories.get("acme") ?? [];
    if (listed === undefined) throw new Error("nothing was pushed to");
    queueLost(test);
    const repository = { ...listed.repository, private: false };
    test.github.listed.queued.splice(0, 1, { id: 1, updatedAt: 7, repository });
    expect(await test.discover()).toEqual({ swept: 1, announced: 0 });
    expect(test.sent).toEqual([]);
    expect(await test.readRecord()).toMatchObject({ repositories: [] });
  });

  it("leaves to the sweep what that sees to under the same name, and takes nothing up twice", async () => {
    const test = createDiscovery();
    push(test, names(25));
    const { item } = await test.ledger.read("cursor#sweep");
    expect(item).toBeUndefined();
    const active = { activeAt: start, dueAt: start, runs: [] };
    const listed = test.listing.repositories.get("acme") ?? [];
    const repositories = listed.slice(0, 2).map(({ repository }, index) => {
      const fullName = index === 0 ? repository.fullName : "initech/app-2";
      return { repository: { ...repository, fullName }, ...active };
    });
    const record = { kind: "cursor", at: start, repositories, expiresAt: start + minute } as const;
    await store(test, { ...record, id: "cursor#sweep" });
    expect(await test.discover()).toEqual({ swept: 8, announced: 0 });
    expect(test.github.asked).not.toContain("queued of acme/app-1");
    expect(test.github.asked).toContain("queued of acme/app-2");
    test.clock.now += 5 * minute;
    await test.discover();
    const { repositories: waiting = [] } = await test.readRecord();
    expect(new Set(waiting.map(({ repository }) => repository.id)).size).toBe(waiting.length);
  });

  it("reads no more than three pages of an installation in a pass", async () => {
    const test = createDiscovery();
    test.listing.pageSize = 2;
    test.listing.installed = [acme, { id: 7, owner: "umbrella" }];
    push(test, names(9), 0);
    push(test, names(1, "umbrella"), 0);
    await test.discover();
    expect(test.listing.asked.slice(1)).toEqual([
      "repositories of acme, 1",
      "repositories of acme, 2",
      "repositories of acme, 3",
      "repositories of umbrella, 1",
    ]);
    test.clock.now += minute;
    await test.discover();
    expect(test.listing.asked.slice(5)).toEqual([
      "repositories of acme, 4",
      "repositories of acme, 5",
    ]);
  });

  it("lists no more than it can sweep, and forgets none", async () => {
    const test = createDiscovery();
    test.listing.pageSize = 30;
    push(test, names(90));
    const swept = new Set<string>();
    for (let passes = 0; passes < 25; passes += 1) {
      await test.discover();
      const { repositories = [] } = await test.readRecord();
      expect(repositories.length).toBeLessThan(25 + 30);
      expect(test.github.asked.length + test.listing.asked.length).toBeLessThanOrEqual(31);
      for (const question of test.github.asked) swept.add(question);
      test.github.asked.length = 0;
      test.listing.asked.length = 0;
      test.clock.now += minute;
    }
    expect(swept.size).toBe(4 * 90);
  });

  it("puts off what an owner has no requests left for", async () => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    queueLost(test);
    test.listing.left = 0.49;
    expect(await test.discover()).toEqual({ swept: 1, announced: 0 });
    expect(test.github.asked).toEqual([]);
    expect(await test.readRecord()).toMatchObject({ repositories: [{ dueAt: start + minute }] });
    test.clock.now += minute;
    expect(await test.discover()).toEqual({ swept: 1, announced: 1 });
  });

  it("does not forget what it found when it is cut off", async () => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    void test.discover({ runs: { listRuns: never, listQueued: never } });
    await vi.waitFor(() => {
      expect(test.written).toHaveLength(1);
    });
    expect(await test.readRecord()).toMatchObject({ repositories: [{ installationId: 42 }] });
  });

  it("begins with what it did not come to when it was cut off", async () => {
    const test = createDiscovery();
    push(test, ["acme/a", "acme/b"]);
    void test.discover({ runs: { listRuns: never, listQueued: never } });
    await vi.waitFor(() => {
      expect(test.written).toHaveLength(1);
    });
    test.github.asked.length = 0;
    test.clock.now += minute;
    await test.discover();
    expect(test.github.asked[0]).toBe("queued of acme/b");
  });

  it("leaves the work to another pass that is at it", async () => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    await test.discover();
    test.github.asked.length = 0;
    const stale = { ...test.ports.ledger, read: async () => ({ version: 0 }) };
    expect(await test.discover({ ledger: stale })).toEqual({ swept: 0, announced: 0 });
    expect(test.github.asked).toEqual([]);
  });

  it("looks again a minute later where the installations could not be listed", async () => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    test.listing.faults.set("installations", fail("GitHubUnavailable"));
    expect(await test.discover()).toEqual({ swept: 0, announced: 0 });
    expect(test.lines).toMatchObject([{ message: "installations not listed" }]);
    test.listing.faults.clear();
    test.clock.now += minute;
    expect(await test.discover()).toEqual({ swept: 1, announced: 0 });
  });

  it.each([
    [true, 2],
    [false, 1],
  ])(
    "keeps what it knows of installations that it had no time to list: %s",
    async (isCut, kept) => {
      const test = createDiscovery();
      test.listing.installed = [acme, { id: 7, owner: "umbrella" }];
      await test.discover();
      test.listing.installed = [acme];
      test.listing.isCut = isCut;
      test.clock.now += 5 * minute;
      await test.discover();
      expect((await test.readRecord()).installations).toHaveLength(kept);
    },
  );

  it.each<[GitHubErrorCode, boolean]>([
    ["GitHubRefused", true],
    ["InstallationGone", true],
    ["GitHubRateLimited", true],
    ["GitHubUnavailable", false],
    ["CredentialsRefused", false],
  ])("after %s from one installation, looks at the others at once: %s", async (code, goesOn) => {
    const test = createDiscovery();
    test.listing.installed = [acme, { id: 7, owner: "umbrella" }];
    push(test, ["acme/a", "umbrella/b"]);
    test.listing.faults.set("repositories of acme, 1", fail(code));
    expect(await test.discover()).toEqual({ swept: goesOn ? 1 : 0, announced: 0 });
    expect(test.lines).toMatchObject([{ message: "repositories not listed" }]);
    test.listing.faults.clear();
    test.clock.now += 5 * minute;
    const again = await test.discover();
    // What was pushed before the failure is still news; the other owner's is looked at twice.
    expect(again.swept).toBe(2);
  });

  it.each<[string, GitHubErrorCode, number]>([
    ["queued of acme/a", "GitHubRefused", 0],
    ["queued of acme/a", "GitHubRateLimited", 1],
    ["queued of acme/a", "GitHubUnavailable", 1],
    ["queued of acme/a", "CredentialsRefused", 1],
    ["jobs of 1, 1", "GitHubRefused", 0],
    ["jobs of 1, 1", "GitHubUnavailable", 1],
  ])("where '%s' ends in %s, keeps %d to be swept again", async (question, code, kept) => {
    const test = createDiscovery();
    push(test, ["acme/a"]);
    queueLost(test);
    test.github.faults.set(question, fail(code));
    await test.discover();
    expect((await test.readRecord()).repositories).toHaveLength(kept);
  });

  it("takes a look of another kind for none of its own", async () => {
    const test = createDiscovery();
    const expiresAt = start + minute;
    await store(test, { kind: "cursor", id: "cursor#installations", at: 0, expiresAt });
    push(test, ["acme/a"]);
    expect(await test.discover()).toEqual({ swept: 1, announced: 0 });
  });
});
