import { describe, expect, it } from "vitest";

import { stageOf } from "../../functions/adapters/find-build.ts";
import { callName } from "../../simulator/simulation/call-name.ts";
import { launchRequest } from "../support/launch-request.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { createTestProviders } from "../support/test-provider.ts";

const own = "tornade-1-1-1";

type Test = ReturnType<typeof createTestProviders>;

async function launch({ codeBuild, timeline }: Test, runnerName: string) {
  const environment = { RUNNER_NAME: runnerName };
  const launchedAt = timeline.now();
  const outcome = await codeBuild.launch(launchRequest({ runnerName, environment }));
  if (outcome.kind !== "started") throw new Error(outcome.message);
  return { name: runnerName, computeId: outcome.computeId, launchedAt };
}

async function launchOthers(test: Test, count: number): Promise<void> {
  for (let id = 0; id < count; id += 1) await launch(test, `tornade-${1_000 + id}-1-1`);
}

/** The calls from now on, by name. */
function watch({ requests }: Test): () => readonly string[] {
  const before = requests.length;
  return () => requests.slice(before).map((request) => callName(request));
}

function setUp(): Test {
  const test = createTestProviders();
  test.aws.codeBuild.setConcurrency(100);
  return test;
}

describe("findBuild", () => {
  it("asks for a build by its id, however many came after it", async () => {
    const test = setUp();
    const runner = await launch(test, own);
    await launchOthers(test, 120);
    const calls = watch(test);
    expect(await test.codeBuild.find(runner)).toEqual({ computeId: runner.computeId });
    expect(calls()).toEqual(["BatchGetBuilds"]);
  });

  it("tells how far a build is once its turn has come, by its id and by its name", async () => {
    const test = setUp();
    const { computeId } = await launch(test, own);
    expect(await test.codeBuild.find({ name: own, computeId })).toEqual({ computeId });
    const stages = new Set<string>();
    for (let step = 0; step < 100; step += 1) {
      await test.timeline.advance(100);
      const found = await test.codeBuild.find({ name: own, computeId });
      if (found === undefined) break;
      if (found.stage === undefined) continue;
      stages.add(found.stage.name);
      expect(test.timeline.now() - found.stage.since).toBeLessThan(10_000);
      expect(await test.codeBuild.find({ name: own })).toEqual(found);
    }
    expect([...stages]).toEqual(["preparing", "running"]);
  });

  it("takes a build for ending once its phase BUILD is over", () => {
    const startTime = new Date(1_000);
    const phases = [
      { phaseType: "PROVISIONING", startTime, endTime: new Date(2_000) },
      { phaseType: "BUILD", startTime: new Date(2_000), endTime: new Date(3_000) },
      { phaseType: "FINALIZING", startTime: new Date(3_000) },
    ] as const;
    expect(stageOf({ phases: [...phases] })).toEqual({ name: "ending", since: 3_000 });
  });

  it("finds by its id none that has ended, and none that is unknown", async () => {
    const test = setUp();
    const runner = await launch(test, own);
    await test.codeBuild.stop(runner.computeId, "no job needs this runner");
    expect(await test.codeBuild.find(runner)).toBeUndefined();
    expect(await test.codeBuild.find({ name: own, computeId: "tornade:0" })).toBeUndefined();
  });

  it("finds a build by its name behind more than two hundred newer ones", async () => {
    const test = setUp();
    const { computeId, ...runner } = await launch(test, own);
    await launchOthers(test, 220);
    expect(await test.codeBuild.find(runner)).toEqual({ computeId });
    expect(await test.codeBuild.find({ name: own })).toEqual({ computeId });
  });

  it("does not look through builds that are older than the launch", async () => {
    const test = setUp();
    await launchOthers(test, 220);
    await test.timeline.advance(10 * 60_000);
    await launch(test, "tornade-2-1-1");
    const calls = watch(test);
    const sought = { name: own, launchedAt: test.timeline.now() };
    expect(await test.codeBuild.find(sought)).toBeUndefined();
    expect(calls()).toEqual(["ListBuildsForProject", "BatchGetBuilds"]);
  });

  it("looks through a thousand builds at most", async () => {
    const test = setUp();
    const pages = { ids: ["tornade:0"], nextToken: "more" };
    test.outside.intercept = async (call) =>
      jsonResponse(200, call === "BatchGetBuilds" ? { builds: [] } : pages);
    const calls = watch(test);
    expect(await test.codeBuild.find({ name: own })).toBeUndefined();
    expect(calls()).toHaveLength(20);
  });
});
