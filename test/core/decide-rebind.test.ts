import { describe, expect, it } from "vitest";

import { commit } from "../../functions/core/commit.ts";
import { decide } from "../../functions/core/decide.ts";
import { dispatch } from "../../functions/core/dispatch.ts";
import type { Repository } from "../../functions/core/job.ts";
import type { LedgerItem } from "../../functions/core/ledger.ts";
import { overdueAfter } from "../../functions/core/waits.ts";
import {
  circumstances,
  itemsOf,
  jobEvent,
  launchOf,
  queuedJob,
  runnerItem,
  start,
  toIgnore,
} from "./builders.ts";
import { createFakeWorld, type FakeWorld, readJobItem, readRunnerItem, store } from "./fakes.ts";
import { launched, runnerOf, running, swap } from "./robberies.ts";

const ended = { at: start, reason: "out of memory" };
const big = queuedJob({ id: 1, labels: ["tornade", "big"] });
const closed = { status: "completed", times: { completed: start } } as const;
const second = { name: "tornade-1-1-2", id: "runner#tornade-1-1-2" } as const;

function rebind(items: readonly LedgerItem[], runnerName = "tornade-1-1-1") {
  return decide(itemsOf(...items), { kind: "rebind", runnerName }, circumstances());
}

describe("decideRebind", () => {
  it.each<[situation: string, items: readonly LedgerItem[], outcome: string]>([
    ["the runner is unknown", [launched(1)], "runner is unknown"],
    ["the jobs have swapped", [launched(1), ...swap(1, 2)], "another runner is left for the job"],
    [
      "three jobs have passed on their runners",
      [launched(1), ...swap(1, 2), ...swap(2, 3)],
      "another runner is left for the job",
    ],
    [
      "the robbed job has just taken what was left",
      [launched(1), ...swap(1, 2), runnerOf(2, 1)],
      "the job has just been taken",
    ],
    [
      "the robbed job is parked, and launched anew anyway",
      [launched(1, { status: "parked", launches: [] }), ...swap(1, 2)].slice(0, 3),
      "no job waits for the runner",
    ],
    ["it is unknown for whom the runner was made", [runnerOf(1)], "no job waits for the runner"],
    [
      "every job has a runner, in a closed circle",
      [running(1, "tornade-2-1-1"), runnerOf(1, 2), running(2, "tornade-1-1-1"), runnerOf(2, 1)],
      "no job waits for the runner",
    ],
    [
      "the second runner of the robbed job was launched, and never recorded",
      [
        launched(1, {
          launches: [launchOf(1, { outcome: "ended" }), launchOf(2, { outcome: "started" })],
        }),
        ...swap(1, 2).slice(0, 2),
      ],
      "another runner is left for the job",
    ],
    ["its own job waits for it", [launched(1), runnerOf(1)], "another runner is left for the job"],
  ])("changes nothing when %s", (_situation, items, outcome) => {
    expect(rebind(items)).toEqual({ writes: [], actions: [], outcome });
  });

  it.each<[situation: string, items: readonly LedgerItem[]]>([
    ["was taken by a foreign job", [launched(1), runnerOf(1, 9)]],
    [
      "was taken by a job that was never launched",
      [launched(1), runnerOf(1, 2), running(2, "tornade-1-1-1", { launches: [] })],
    ],
    [
      "is retired, as is the one that was left",
      [
        launched(1),
        ...swap(1, 2),
        runnerOf(2, undefined, { owed: ["deregister", "stop"], wakeAt: start }),
      ],
    ],
  ])("launches the job anew at once whose runner %s", (_situation, items) => {
    expect(rebind(items)).toMatchObject({
      writes: [
        {
          id: "job#1-1",
          status: "parked",
          wakeAt: start,
          losses: 0,
          doubtful: false,
          launches: [{ outcome: "ended" }],
        },
      ],
      actions: [{ kind: "wake", item: { id: "job#1-1" }, at: start }],
      outcome: "relaunched: another job took its runner",
    });
  });

  it("has the own runner looked for that is being stopped, and may still be up", () => {
    const stopping = runnerOf(1, undefined, { owed: ["deregister", "stop"], wakeAt: start });
    expect(rebind([launched(1), stopping])).toMatchObject({
      writes: [{ id: "job#1-1", status: "parked", launches: [{ outcome: "open" }] }],
      actions: [{ kind: "wake", item: { id: "job#1-1" } }],
    });
  });

  it("launches anew where what is left does not fit, and retires that", () => {
    const { writes, actions } = rebind([launched(1, { job: big }), ...swap(1, 2)]);
    expect(writes).toMatchObject([
      { name: "tornade-2-1-1", owed: ["deregister", "stop"], wakeAt: start },
      { id: "job#1-1", status: "parked" },
    ]);
    expect(actions).toMatchObject([
      { kind: "wake", item: { id: "job#1-1" } },
      { kind: "retire", item: { name: "tornade-2-1-1" } },
    ]);
  });

  it("replaces what was left and has ended, after GitHub was asked", () => {
    const { writes, outcome } = rebind([
      launched(1),
      ...swap(1, 2),
      runnerOf(2, undefined, { ended }),
    ]);
    expect(writes).toMatchObject([
      { name: "tornade-2-1-1", ended },
      {
        id: "job#1-1",
        status: "parked",
        doubtful: true,
        losses: 1,
        launches: [{ outcome: "ended" }],
      },
    ]);
    expect(outcome).toBe("runner lost");
  });

  it.each<[situation: string, items: readonly LedgerItem[], name: string]>([
    ["the robbed job was cancelled", [launched(1, closed), ...swap(1, 2)], "tornade-2-1-1"],
    [
      "the robbed job has a new one",
      [
        launched(1, { launches: [launchOf(2, { outcome: "started" })] }),
        runnerItem({ ...second, madeFor: "1-1" }),
        ...swap(1, 2),
      ],
      "tornade-2-1-1",
    ],
    [
      "the robbed job runs on a new one",
      [
        running(1, second.name),
        runnerItem({ ...second, madeFor: "1-1", serves: "1-1" }),
        ...swap(1, 2),
      ],
      "tornade-2-1-1",
    ],
    [
      "its job has a runner that is none of ours",
      [running(1, "build-agent"), runnerOf(1)],
      "tornade-1-1-1",
    ],
  ])("retires what is left over when %s", (_situation, items, name) => {
    const { writes, actions } = rebind(items);
    expect(writes).toMatchObject([{ name, owed: ["deregister", "stop"], wakeAt: start }]);
    expect(actions).toMatchObject([{ kind: "retire", item: { name } }]);
  });

  it("writes the row of a job that is being launched anew, so that its launcher looks again", () => {
    const item = launched(1, { status: "launching", launches: [launchOf(2)] });
    const { writes, actions } = rebind([item, ...swap(1, 2)]);
    const left = { name: "tornade-2-1-1", owed: ["deregister", "stop"], wakeAt: start };
    expect(writes).toMatchObject([left, item]);
    expect(actions).toMatchObject([{ kind: "retire", item: left }]);
  });

  it.each<[situation: string, left: LedgerItem]>([
    ["has ended", runnerOf(2, undefined, { ended })],
    ["is retired already", runnerOf(2, undefined, { owed: ["stop"], wakeAt: start })],
    ["has just taken a job", runnerOf(2, 1)],
  ])("does not retire what is left by a closed job when it %s", (_situation, left) => {
    expect(rebind([launched(1, closed), ...swap(1, 2), left]).writes).toEqual([]);
  });

  it.each(["launching", "parked"] as const)(
    "takes a launch of unknown outcome as started when its runner has a job: %s",
    (status) => {
      const item = launched(1, {
        status,
        launches: [launchOf(1)],
        lease: { owner: "them", until: start },
      });
      const { writes, actions } = rebind([item, ...swap(1, 2)]);
      expect(writes).toMatchObject([
        { status: "launched", wakeAt: start + overdueAfter, launches: [{ outcome: "started" }] },
      ]);
      expect(writes[0]).not.toHaveProperty("lease");
      expect(actions).toEqual([]);
    },
  );

  it("leaves a job alone that waits for an approval, and retires what it was left", () => {
    const waiting = launched(1, { status: "parked", heldAt: start, launches: [launchOf(1)] });
    expect(rebind([waiting, ...swap(1, 2)]).writes).toMatchObject([
      { name: "tornade-2-1-1", owed: ["deregister", "stop"] },
    ]);
  });
});

const wakes = (id: number) => ({ kind: "wake", itemId: `job#${id}-1` }) as const;
const inProgress = (id: number, runnerName: string) =>
  jobEvent({ action: "in_progress", job: queuedJob({ id }), runnerName });

function idle({ computes, runners }: FakeWorld): readonly string[] {
  return computes
    .filter(({ alive, name }) => alive && runners.get(name)?.busy === false)
    .map(({ name }) => name);
}

/** Two jobs launched, of which the first needs more; the second then has the first one's runner. */
async function robBig(): Promise<FakeWorld> {
  const world = createFakeWorld();
  await dispatch(jobEvent({ job: big }), world.ports);
  await dispatch(jobEvent({ job: queuedJob({ id: 2 }) }), world.ports);
  const taken = world.runners.get("tornade-1-1-1");
  if (taken !== undefined) taken.busy = true;
  return world;
}

describe("decideRebind, where hundreds have taken each other's runners", () => {
  const chain = (length: number) => [
    launched(1),
    ...Array.from({ length }, (_, index) => swap(index + 1, index + 2)).flat(),
  ];

  it("finds the runner that is left by a matrix of the largest size", () => {
    const { writes, outcome } = rebind(chain(256));

    expect(outcome).toBe("another runner is left for the job");
    expect(writes).toEqual([]);
  });

  it("does not stop a runner that the job may be given, however far it is away", () => {
    const { writes, outcome } = rebind(chain(400), "tornade-200-1-1");

    expect(outcome).toBe("another runner is left for the job");
    expect(writes).toEqual([]);
  });

  it("gives a job that is too far from any runner one of its own", () => {
    expect(rebind(chain(400)).outcome).toBe("relaunched: another job took its runner");
  });

  it("stops nobody where the job that is left is too far away", () => {
    const { actions, writes } = rebind(chain(400), "tornade-390-1-1");

    expect(actions).toEqual([]);
    expect(writes).toEqual([]);
  });
});

describe("dispatch of a robbery", () => {
  it("has the robbed job served anew, and the runner that does not fit it gone", async () => {
    const world = await robBig();
    await dispatch(inProgress(2, "tornade-1-1-1"), world.ports);
    expect(world.sent.map(({ envelope }) => envelope)).toEqual([{ version: 1, ...wakes(1) }]);
    await dispatch(wakes(1), world.ports);
    expect(idle(world)).toEqual(["tornade-1-1-2"]);
    expect(readRunnerItem(world, "runner#tornade-2-1-1")).toMatchObject({ ended: {}, owed: [] });
  });

  it.each<[what: string, different: Partial<Repository>, roles: Readonly<Record<string, string>>]>([
    ["is of a public repository", { private: false }, {}],
    ["has another role", {}, { "acme/app": "arn:aws:iam::123456789012:role/app" }],
  ])("has a robbed job served anew that %s", async (_what, different, roles) => {
    const world = createFakeWorld();
    const policy = { owners: ["acme"], publicRepositories: "allow" } as const;
    const repositoryRoles = new Map(Object.entries(roles));
    const ports = { ...world.ports, policy, repositoryRoles };
    const { repository } = queuedJob();
    const other = { ...repository, id: 8, fullName: "acme/open", ...different };
    await dispatch(jobEvent({ job: queuedJob({ id: 1 }) }), ports);
    await dispatch(jobEvent({ job: queuedJob({ id: 2, repository: other }) }), ports);
    const taken = world.runners.get("tornade-2-1-1");
    if (taken !== undefined) taken.busy = true;
    await dispatch(inProgress(1, "tornade-2-1-1"), ports);
    await dispatch(wakes(2), ports);
    expect(idle(world)).toEqual(["tornade-2-1-2"]);
    expect(readRunnerItem(world, "runner#tornade-1-1-1")).toMatchObject({ ended: {}, owed: [] });
  });

  it("does no more when the news comes again", async () => {
    const world = await robBig();
    for (let time = 0; time < 3; time += 1) {
      await dispatch(inProgress(2, "tornade-1-1-1"), world.ports);
      await dispatch(wakes(1), world.ports);
    }
    expect(world.requests).toHaveLength(3);
    expect(idle(world)).toEqual(["tornade-1-1-2"]);
  });

  it.each([[[0, 1]], [[1, 0]]])(
    "comes to the same end in the order %j of a swap",
    async (order) => {
      const world = createFakeWorld();
      for (const id of [1, 2]) await dispatch(jobEvent({ job: queuedJob({ id }) }), world.ports);
      const news = [inProgress(1, "tornade-2-1-1"), inProgress(2, "tornade-1-1-1")];
      for (const at of order) await dispatch(news[at] ?? wakes(1), world.ports);
      expect(world.requests).toHaveLength(2);
      expect([1, 2].map((id) => readJobItem(world, `job#${id}-1`)?.status)).toEqual([
        "running",
        "running",
      ]);
      expect(world.calls.filter((call) => call.startsWith("stop"))).toEqual([]);
    },
  );

  it("looks with fresh eyes: both news at once leave nobody without a runner", async () => {
    const world = await robBig();
    await dispatch(jobEvent({ job: queuedJob({ id: 3 }) }), world.ports);
    await Promise.all([
      dispatch(inProgress(2, "tornade-1-1-1"), world.ports),
      dispatch(inProgress(3, "tornade-2-1-1"), world.ports),
    ]);
    await dispatch(wakes(1), world.ports);
    expect(idle(world)).toContain("tornade-1-1-2");
    expect(world.requests).toHaveLength(4);
  });

  it("sees to a job that is robbed by a foreign one", async () => {
    const world = await robBig();
    const foreign = {
      action: "in_progress",
      job: queuedJob({ id: 9 }),
      runnerName: "tornade-1-1-1",
    } as const;
    await dispatch(jobEvent(foreign, toIgnore), world.ports);
    await dispatch(wakes(1), world.ports);
    expect(idle(world)).toEqual(["tornade-2-1-1", "tornade-1-1-2"]);
  });

  it("retires what another job left for one that was cancelled", async () => {
    const world = await robBig();
    await store(
      world,
      launched(1, { ...readJobItem(world, "job#1-1"), job: queuedJob({ id: 1 }) }),
    );
    await dispatch(inProgress(2, "tornade-1-1-1"), world.ports);
    expect(idle(world)).toEqual(["tornade-2-1-1"]);
    await dispatch(jobEvent({ action: "completed", job: queuedJob({ id: 1 }) }), world.ports);
    expect(idle(world)).toEqual([]);
    expect(world.runners.get("tornade-1-1-1")?.busy).toBe(true);
  });

  it("comes to the same end when only the runner was written", async () => {
    const world = createFakeWorld();
    await store(world, launched(1, { job: big }), ...swap(1, 2));
    let isFirst = true;
    const { actions } = await commit(
      { kind: "rebind", runnerName: "tornade-1-1-1" },
      {
        ledger: {
          ...world.ledger,
          write: async (item, version) => {
            if (item.id === "job#1-1" && isFirst) {
              isFirst = false;
              await store(world, launched(1, { job: big, waits: 1 }));
            }
            return world.ledger.write(item, version);
          },
        },
        seen: new Map(),
        circumstances: circumstances(),
      },
    );
    expect(readJobItem(world, "job#1-1")).toMatchObject({ status: "parked", waits: 1 });
    expect(readRunnerItem(world, "runner#tornade-2-1-1")).toMatchObject({
      owed: ["deregister", "stop"],
    });
    expect(actions).toMatchObject([{ kind: "wake" }]);
  });
});
