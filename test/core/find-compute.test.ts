import { describe, expect, it } from "vitest";

import { findCompute } from "../../functions/core/find-compute.ts";
import type { SoughtRunner } from "../../functions/core/runner-provider.ts";
import { jobItem, launchOf, runnerItem, start } from "./builders.ts";
import { createFakeWorld, store } from "./fakes.ts";

const name = "tornade-4711-1-1";
const launch = launchOf(1, { provider: "CODEBUILD", at: start });

/** A world whose CodeBuild tells what it is asked for. */
function setUp() {
  const { ledger, ports } = createFakeWorld();
  const asked: SoughtRunner[] = [];
  const providers = {
    ...ports.providers,
    CODEBUILD: {
      ...ports.providers.CODEBUILD,
      find: async (runner: SoughtRunner) => {
        asked.push(runner);
        return { computeId: "tornade:1" };
      },
    },
  };
  return { ledger, asked, ports: { ...ports, providers } };
}

describe("findCompute", () => {
  it("asks by the name and the time of the launch where nothing was written down", async () => {
    const { asked, ports } = setUp();
    expect(await findCompute(jobItem(), launch, ports)).toEqual({ computeId: "tornade:1" });
    expect(asked).toEqual([{ name, launchedAt: start }]);
  });

  it("asks by the id that was written down", async () => {
    const { ledger, asked, ports } = setUp();
    await store({ ledger }, runnerItem({ computeId: "tornade:1" }));
    await findCompute(jobItem(), launch, ports);
    expect(asked).toEqual([{ name, launchedAt: start, computeId: "tornade:1" }]);
  });
});
