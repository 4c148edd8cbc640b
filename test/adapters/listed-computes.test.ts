import { describe, expect, it } from "vitest";

import { createBuildList } from "../../functions/adapters/listed-builds.ts";
import { createTaskList } from "../../functions/adapters/listed-tasks.ts";
import type { ListedCompute } from "../../functions/core/find-stray.ts";
import type { ListComputes } from "../../functions/core/retire-strays.ts";
import { callName } from "../../simulator/simulation/call-name.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { launchRequest } from "../support/launch-request.ts";
import { createTestProviders } from "../support/test-provider.ts";

type Test = ReturnType<typeof createTestProviders>;
type Kind = "fargate" | "codeBuild";

const minute = 60_000;

async function launch(test: Test, kind: Kind, runnerName: string): Promise<string> {
  const environment = { RUNNER_NAME: runnerName };
  const provider = kind === "fargate" ? "FARGATE_SPOT" : "CODEBUILD";
  const request = launchRequest({ runnerName, environment, provider });
  const outcome = await test[kind].launch(request);
  if (outcome.kind !== "started") throw new Error(outcome.message);
  return outcome.computeId;
}

async function readPages(list: ListComputes): Promise<readonly (readonly ListedCompute[])[]> {
  const pages: (readonly ListedCompute[])[] = [];
  for await (const page of list()) pages.push(page);
  return pages;
}

function createLists(test: Test) {
  return {
    fargate: createTaskList(test.surroundings, "tornade"),
    codeBuild: createBuildList(test.surroundings, "tornade"),
  };
}

describe.each<readonly [Kind, ListedCompute["provider"]]>([
  ["fargate", "FARGATE_SPOT"],
  ["codeBuild", "CODEBUILD"],
])("the list of what runs on %s", (kind, provider) => {
  it("has what runs its program, and since when", async () => {
    const test = createTestProviders();
    const list = createLists(test)[kind];
    const launchedAt = test.timeline.now();
    const computeId = await launch(test, kind, "tornade-1-1-1");
    expect((await readPages(list)).flat()).toEqual([]);

    await test.timeline.advance(minute);
    const [runner, ...others] = (await readPages(list)).flat();
    expect(others).toEqual([]);
    expect(runner).toEqual({
      runnerName: "tornade-1-1-1",
      computeId,
      provider,
      startedAt: runner?.startedAt,
    });
    expect(runner?.startedAt).toBeGreaterThan(launchedAt);
    expect(runner?.startedAt).toBeLessThan(test.timeline.now());

    await test[kind].stop(computeId, "no job needs this runner");
    expect((await readPages(list)).flat()).toEqual([]);
  });

  it("comes in pages of a hundred, each asked for when the one before was seen to", async () => {
    const test = createTestProviders();
    test.aws.codeBuild.setConcurrency(250);
    for (let id = 0; id < 230; id += 1) {
      await launch(test, kind, `tornade-${1_000 + id}-1-1`);
      // RunTask takes twenty a second.
      await test.timeline.advance(50);
    }
    await test.timeline.advance(2 * minute);
    const list = createLists(test)[kind];
    expect((await readPages(list)).map(({ length }) => length)).toEqual([100, 100, 30]);

    const before = test.requests.length;
    for await (const page of list()) {
      expect(page).toHaveLength(100);
      break;
    }
    expect(test.requests.slice(before)).toHaveLength(2);
  });
});

describe("createBuildList", () => {
  const calls = ({ requests }: Test, since: number): readonly string[] =>
    requests.slice(since).map((request) => callName(request));

  it("asks once about a build that has ended, and again about one that has not", async () => {
    const test = createTestProviders();
    const { codeBuild } = createLists(test);
    const kept = await launch(test, "codeBuild", "tornade-1-1-1");
    const ended = await launch(test, "codeBuild", "tornade-2-1-1");
    await test.timeline.advance(minute);
    await test.codeBuild.stop(ended, "no job needs this runner");
    await test.timeline.advance(minute);
    await readPages(codeBuild);

    const before = test.requests.length;
    expect(await readPages(codeBuild)).toMatchObject([[{ computeId: kept }]]);
    const asked = test.requests.slice(before).map(({ body }) => body);
    expect(asked[1]).toContain(kept);
    expect(asked.join("")).not.toContain(ended);
    expect(calls(test, before)).toEqual(["ListBuildsForProject", "BatchGetBuilds"]);
  });

  it("asks again about a build that is listed before anybody knows of it", async () => {
    const test = createTestProviders();
    const { codeBuild } = createLists(test);
    const computeId = await launch(test, "codeBuild", "tornade-1-1-1");
    await test.timeline.advance(minute);
    test.outside.intercept = async (call, next) =>
      call === "BatchGetBuilds" ? jsonResponse(200, { buildsNotFound: [computeId] }) : next();
    expect((await readPages(codeBuild)).flat()).toEqual([]);
    test.outside.intercept = async (_call, next) => next();
    expect((await readPages(codeBuild)).flat()).toMatchObject([{ computeId }]);
  });

  it("looks through the newest five hundred", async () => {
    const test = createTestProviders();
    const before = test.requests.length;
    test.outside.intercept = async () => jsonResponse(200, { ids: [], nextToken: "more" });
    await readPages(createLists(test).codeBuild);
    expect(calls(test, before)).toEqual(Array.from({ length: 5 }, () => "ListBuildsForProject"));
  });
});
