import { describe, expect, it } from "vitest";
import {
  authorize,
  createTestGitHub,
  mintJitConfig,
  newRunner,
  type TestGitHub,
} from "./test-github.ts";

/** Registers and connects a runner; the jobs it is given are never ended. */
async function connect(test: TestGitHub, name: string, labels: string[]) {
  connectWith(test, await mintJitConfig(test, { name, labels }));
}

function connectWith({ gitHub }: TestGitHub, encodedJitConfig: string) {
  const silent = { onJob: () => {}, onCancelled: () => {}, onRemoved: () => {} };
  expect(gitHub.connectRunner(encodedJitConfig, silent)).toBeTypeOf("object");
}

function queue({ gitHub }: TestGitHub, name: string, labels: readonly string[]) {
  gitHub.queueJob({ repository: "acme/app", name, labels });
}

function whoServes({ gitHub }: TestGitHub) {
  return Object.fromEntries(gitHub.jobs().map(({ name, runner }) => [name, runner?.name ?? null]));
}

describe("the assignment of jobs", () => {
  it.each([
    ["the same labels", ["tornade", "arch=ARM64"], true],
    ["the same labels in another case and order", ["ARCH=arm64", "Tornade"], true],
    ["more labels", ["tornade", "arch=ARM64", "extra"], true],
    ["a label less", ["tornade"], false],
    ["another value", ["tornade", "arch=X86_64"], false],
  ])("gives a job to a runner with %s: %s %s", async (_title, labels, isServed) => {
    const test = createTestGitHub();
    await connect(test, "runner", labels);
    queue(test, "build", ["tornade", "arch=ARM64"]);
    await test.timeline.advance(1000);
    expect(whoServes(test)).toEqual({ build: isServed ? "runner" : null });
  });

  it("lets a job with fewer labels take the runner that was made for another", async () => {
    const test = createTestGitHub();
    queue(test, "any", ["tornade"]);
    queue(test, "arm", ["tornade", "arch=ARM64"]);
    await connect(test, "made-for-arm", ["tornade", "arch=ARM64"]);
    await connect(test, "made-for-any", ["tornade"]);
    await test.timeline.advance(1000);
    const { any, arm } = whoServes(test);
    expect([any, arm]).toContainEqual("made-for-arm");
    expect(arm === null).toBe(any === "made-for-arm");
  });

  it("serves the oldest job first and gives a runner one job only", async () => {
    const test = createTestGitHub();
    queue(test, "first", ["tornade"]);
    await test.timeline.advance(1000);
    queue(test, "second", ["tornade"]);
    await connect(test, "runner", ["tornade"]);
    await test.timeline.advance(3_600_000);
    expect(whoServes(test)).toEqual({ first: "runner", second: null });
  });

  it("draws among equal runners, the same way for the same randomness", async () => {
    const names = Array.from({ length: 8 }, (_, index) => `runner-${index}`);
    const serveAll = async () => {
      const test = createTestGitHub();
      for (const name of names) await connect(test, name, ["tornade"]);
      for (const name of names) queue(test, name, ["tornade"]);
      await test.timeline.advance(1000);
      return whoServes(test);
    };
    const served = await serveAll();
    expect(new Set(Object.values(served))).toEqual(new Set(names));
    expect(Object.values(served)).not.toEqual(names);
    expect(await serveAll()).toEqual(served);
  });

  it("stays within the owner, and within the repository for a runner of one", async () => {
    const test = createTestGitHub();
    test.gitHub.addRepository({ fullName: "acme/other" });
    test.gitHub.addRepository({ fullName: "stranger/app" });
    const { data } = await test.client(
      "POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig",
      { owner: "acme", repo: "app", headers: await authorize(test), ...newRunner, name: "of-app" },
    );
    connectWith(test, data.encoded_jit_config);
    for (const repository of ["stranger/app", "acme/other"]) {
      test.gitHub.queueJob({ repository, name: repository, labels: ["tornade"] });
    }
    await test.timeline.advance(1000);
    expect(whoServes(test)).toEqual({ "stranger/app": null, "acme/other": null });
    await connect(test, "of-acme", ["tornade"]);
    await test.timeline.advance(1000);
    expect(whoServes(test)).toEqual({ "stranger/app": null, "acme/other": "of-acme" });
  });

  it("takes as long as it is told to", async () => {
    const test = createTestGitHub({ assignmentDelayMilliseconds: 5000 });
    await connect(test, "runner", ["tornade"]);
    queue(test, "build", ["tornade"]);
    await test.timeline.advance(4999);
    expect(whoServes(test)).toEqual({ build: null });
    await test.timeline.advance(1000);
    expect(whoServes(test)).toEqual({ build: "runner" });
  });
});
