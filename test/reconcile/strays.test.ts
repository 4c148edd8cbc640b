import { describe, expect, it } from "vitest";

import { createDynamoDbLedger } from "../../functions/adapters/dynamodb-ledger.ts";
import { createReconcile } from "../../functions/reconcile/reconcile.ts";
import type { Job } from "../../simulator/github/model.ts";
import { membersOf } from "../../simulator/simulation/fault-answers.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import type { WorldOptions } from "../../simulator/world.ts";
import { listBuilds, listTasks } from "../support/machines.ts";
import {
  countCalls,
  createTestWorld,
  readRunnerItems,
  type TestWorld,
} from "../support/test-world.ts";

const minutes = 60;

/** Machines on which the program of a runner never ends by itself. */
const hanging: Partial<WorldOptions> = {
  betweenMachine: (next) => (machine) => next({ ...machine, exit: () => {} }),
};

const onFargate = { labels: ["tornade"], durationMilliseconds: 30_000 };
const onCodeBuild = { ...onFargate, labels: ["tornade", "runs-on=CODEBUILD"] };

function conclusionOf({ gitHub }: TestWorld, { id }: Job) {
  return gitHub.findJob(id)?.conclusion;
}

async function countMachines(world: TestWorld): Promise<number> {
  return (await listTasks(world)).length + (await listBuilds(world)).length;
}

function warnings({ lines }: TestWorld): readonly string[] {
  return lines.filter((line) => line.includes('"level":"warn"'));
}

/** The ledger has the one runner as ended from now on. */
async function writeEnd(world: TestWorld): Promise<void> {
  const [runner] = await readRunnerItems(world);
  if (runner === undefined) throw new Error("there is no runner");
  const ledger = createDynamoDbLedger(world.surroundings, "tornade");
  const { version } = await ledger.read(runner.id);
  const ended = { at: world.timeline.now(), reason: "somebody was wrong" };
  expect(await ledger.write({ ...runner, ended }, version)).toBe(true);
}

describe("reconcile, where programs hang", () => {
  it.each([
    ["a task", onFargate],
    ["a build", onCodeBuild],
  ])("has %s ended a quarter of an hour after its job at the latest", async (_what, job) => {
    const world = await createTestWorld(hanging);
    const queued = world.queueJob(job);
    await world.pass(3 * minutes);
    expect(conclusionOf(world, queued)).toBe("success");
    expect(await countMachines(world)).toBe(1);

    await world.pass(15 * minutes);
    expect(await countMachines(world)).toBe(0);
    expect(await readRunnerItems(world)).toMatchObject([{ owed: [], ended: {} }]);
    expect(countCalls(world, ["RunTask", "StartBuild", "StopTask", "StopBuild"])).toEqual(
      job === onFargate
        ? { RunTask: 1, StartBuild: 0, StopTask: 1, StopBuild: 0 }
        : { RunTask: 0, StartBuild: 1, StopTask: 0, StopBuild: 1 },
    );
  });

  it("ends a task that the ledger has as ended", async () => {
    const world = await createTestWorld(hanging);
    world.queueJob(onFargate);
    await world.pass(3 * minutes);
    await writeEnd(world);

    await world.pass(15 * minutes);
    expect(await countMachines(world)).toBe(0);
  });

  it("never ends a task whose job runs, for all that the ledger has it as ended", async () => {
    const world = await createTestWorld();
    const queued = world.queueJob({ ...onFargate, durationMilliseconds: 60 * 60_000 });
    await world.pass(3 * minutes);
    await writeEnd(world);

    await world.pass(70 * minutes);
    expect(conclusionOf(world, queued)).toBe("success");
    expect(countCalls(world, ["StopTask", "DELETE runners"])).toEqual({
      StopTask: 0,
      "DELETE runners": 1,
    });
    expect(await readRunnerItems(world)).toMatchObject([{ owed: [], ended: {} }]);
  });

  it("only tells of a task that is in no row, and of none of another name", async () => {
    const world = await createTestWorld(hanging);
    world.queueJob(onFargate);
    await world.pass(3 * minutes);
    const mine = world.calls.find(({ name }) => name === "RunTask");
    if (mine === undefined) throw new Error("nothing was launched");
    for (const name of ["tornade-77-1-1", "other-77-1-1"]) {
      const body = mine.request.body.replaceAll(/tornade-\d+-1-1/gu, name);
      await world.aws.handle({ ...mine.request, body });
    }

    await world.pass(15 * minutes);
    const running = (await listTasks(world)).map(({ startedBy }) => startedBy);
    expect(running).toEqual(["tornade-77-1-1", "other-77-1-1"]);
    const told = warnings(world).filter((line) => line.includes("runner is unknown"));
    expect(told[0]).toContain('"runnerName":"tornade-77-1-1"');
    expect(told.join("")).not.toContain("other-77");
  });

  it("looks through the one service while the other does not answer", async () => {
    const world = await createTestWorld(hanging);
    world.outside.intercept = async (call, next) =>
      call === "ListTasks" ? jsonResponse(500, { __type: "ServerException" }) : next();
    world.queueJob(onCodeBuild);
    await world.pass(18 * minutes);
    expect(await countMachines(world)).toBe(0);
    expect(warnings(world).join("")).toContain('"message":"strays not looked for"');
  });

  it("lists no more pages once it has taken long, and goes on with what it has", async () => {
    const world = await createTestWorld(hanging);
    let pages = 0;
    world.outside.intercept = async (call, next) => {
      const answer = await next();
      if (call !== "ListTasks") return answer;
      pages += 1;
      await new Promise<void>((resolve) => {
        world.timeline.after(2_000, resolve);
      });
      return jsonResponse(200, { ...membersOf(answer.body), nextToken: "0" });
    };
    world.queueJob(onFargate);
    await world.pass(18 * minutes);
    // Four looks, of three pages each.
    expect(pages).toBe(4 * 3);
    expect(await countMachines(world)).toBe(0);
  });

  it("looks for none where it is not told where runners run", async () => {
    const world = await createTestWorld();
    const env = { ...world.surroundings.env, TORNADE_CLUSTER: "", TORNADE_CODEBUILD_PROJECT: "" };
    const reconcile = await createReconcile({ ...world.surroundings, env });
    world.calls.length = 0;
    await reconcile();
    expect(countCalls(world, ["ListTasks", "ListBuildsForProject", "Query"])).toEqual({
      ListTasks: 0,
      ListBuildsForProject: 0,
      Query: 4,
    });
  });

  it("looks again in the next pass where a look failed, and in an instance that is new", async () => {
    const world = await createTestWorld();
    const minutesOf = (name: string, since: number) =>
      world.calls.filter((call) => call.name === name).map(({ at }) => (at - since) / 60_000);
    const began = world.timeline.now();
    world.outside.intercept = async (call, next) =>
      call === "ListTasks" && world.timeline.now() < began + 150_000
        ? jsonResponse(500, { __type: "ServerException" })
        : next();
    await world.pass(9 * minutes);
    expect(new Set(minutesOf("ListTasks", began))).toEqual(new Set([1, 2, 3, 8]));
    expect(minutesOf("ListBuildsForProject", began)).toEqual([1, 6]);

    const other = await createReconcile(world.surroundings);
    world.calls.length = 0;
    await other();
    expect(minutesOf("ListTasks", began)).toEqual([9]);
  });

  it("looks every five minutes, and describes nothing where nothing runs", async () => {
    const world = await createTestWorld();
    await world.pass(60 * minutes);
    const lists = ["ListTasks", "DescribeTasks", "ListBuildsForProject", "BatchGetBuilds"];
    expect(countCalls(world, lists)).toEqual({
      ListTasks: 12,
      DescribeTasks: 0,
      ListBuildsForProject: 12,
      BatchGetBuilds: 0,
    });
  });
});
