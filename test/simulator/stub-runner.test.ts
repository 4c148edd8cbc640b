import { describe, expect, it } from "vitest";
import { createStubRunner } from "../../simulator/stub-runner.ts";
import { createTestGitHub, mintJitConfig, type TestGitHub } from "./github/test-github.ts";
import { startStub } from "./start-stub.ts";

const minute = 60_000;
const build = { repository: "acme/app", name: "build", labels: ["tornade"] };
const reason = "label 'runs-on=FARGET' is unknown; use FARGATE, FARGATE_SPOT or CODEBUILD";

/** The environment of a refusal runner made for this job. */
function refusalOf(job: {
  readonly id: number;
  readonly runId: number;
  readonly runAttempt: number;
}) {
  return {
    TORNADE_REFUSAL: reason,
    TORNADE_REPOSITORY: "acme/app",
    TORNADE_RUN_ID: String(job.runId),
    TORNADE_RUN_ATTEMPT: String(job.runAttempt),
    TORNADE_JOB_ID: String(job.id),
  };
}

async function start(test: TestGitHub, environment: Readonly<Record<string, string>> = {}) {
  return startStub(createStubRunner(test), await mintJitConfig(test), environment);
}

describe("createStubRunner", () => {
  it.each(["success", "failure"] as const)(
    "runs one job to its end, %s, and exits 0",
    async (conclusion) => {
      const test = createTestGitHub();
      const { exits } = await start(test);
      test.gitHub.queueJob({ ...build, conclusion, durationMilliseconds: 5000 });
      test.gitHub.queueJob({ ...build, name: "next" });
      await test.timeline.advance(7000);
      expect(test.gitHub.jobs()[0]?.status).toBe("in_progress");
      expect(exits).toEqual([]);
      await test.timeline.advance(2000);
      expect(test.gitHub.jobs()).toMatchObject([
        { status: "completed", conclusion, annotations: [] },
        { status: "queued" },
      ]);
      expect(exits).toEqual([0]);
    },
  );

  it("connects only after the boot", async () => {
    const test = createTestGitHub();
    startStub(createStubRunner({ ...test, bootMilliseconds: 30_000 }), await mintJitConfig(test));
    await test.timeline.advance(29_999);
    expect(test.gitHub.runners()[0]?.status).toBe("unused");
    await test.timeline.advance(1);
    expect(test.gitHub.runners()[0]?.status).toBe("online");
  });

  it("exits 0 without a job: after five minutes, or sooner when told so", async () => {
    const test = createTestGitHub();
    const { exits } = await start(test);
    await test.timeline.advance(5 * minute + 1999);
    expect(exits).toEqual([]);
    await test.timeline.advance(1);
    expect(exits).toEqual([0]);
    const impatient = startStub(
      createStubRunner({ ...test, idleMilliseconds: minute }),
      await mintJitConfig(test, { name: "impatient" }),
    );
    await test.timeline.advance(minute + 2000);
    expect(impatient.exits).toEqual([0]);
  });

  it("bounds a ghost by its idle limit", async () => {
    const test = createTestGitHub();
    const { exits } = await start(test);
    const job = test.gitHub.queueJob(build);
    await test.timeline.advance(2600);
    test.gitHub.cancelJob(job.id);
    await test.timeline.advance(5 * minute);
    expect(exits).toEqual([0]);
  });

  it("exits 5 when its JIT config was used before, 1 when it is gone or none", async () => {
    const test = createTestGitHub();
    const encoded = await mintJitConfig(test);
    const startProgram = createStubRunner(test);
    startStub(startProgram, encoded);
    await test.timeline.advance(3000);
    const second = startStub(startProgram, encoded);
    await test.timeline.advance(10 * minute);
    expect(second.exits).toEqual([5]);
    await test.timeline.advance(24 * 60 * minute);
    const third = startStub(startProgram, encoded);
    const broken = startStub(startProgram, "", { TORNADE_JIT_CONFIG: "nonsense" });
    await test.timeline.advance(3000);
    expect([third.exits, broken.exits]).toEqual([[1], [1]]);
  });

  it("ends a cancelled job as cancelled", async () => {
    const test = createTestGitHub();
    const { exits } = await start(test);
    const job = test.gitHub.queueJob({ ...build, durationMilliseconds: minute });
    await test.timeline.advance(10_000);
    test.gitHub.cancelJob(job.id);
    await test.timeline.advance(1000);
    expect(test.gitHub.jobs()[0]).toMatchObject({ conclusion: "cancelled" });
    expect(exits).toEqual([0]);
  });
});

describe("a refusal runner", () => {
  it("fails a job of its run and attempt with the reason in the job's log", async () => {
    const test = createTestGitHub();
    const job = test.gitHub.queueJob(build);
    const { exits } = await start(test, refusalOf(job));
    await test.timeline.advance(5000);
    expect(test.gitHub.jobs()[0]).toMatchObject({
      conclusion: "failure",
      annotations: [`tornade: ${reason}`],
      runner: { name: "tornade-1-1-1" },
    });
    expect(exits).toEqual([0]);
  });

  it.each([
    ["another repository", { repository: "acme/other" }],
    ["another run", { runId: 7 }],
    ["another attempt", { runAttempt: 2 }],
  ])("runs a job of %s normally", async (_title, overrides) => {
    const test = createTestGitHub();
    test.gitHub.addRepository({ fullName: "acme/other" });
    await start(test, refusalOf({ id: 1, runId: 1, runAttempt: 1 }));
    test.gitHub.queueJob({ ...build, runId: 1, ...overrides, durationMilliseconds: 1000 });
    await test.timeline.advance(10_000);
    expect(test.gitHub.jobs()).toMatchObject([{ conclusion: "success", annotations: [] }]);
  });
});

describe("terminate", () => {
  it("ends an idle runner within a second, and GitHub gives it no job meanwhile", async () => {
    const test = createTestGitHub();
    const { program, exits } = await start(test);
    await test.timeline.advance(3000);
    program.terminate();
    test.gitHub.queueJob(build);
    await test.timeline.advance(1000);
    expect(exits).toEqual([0]);
    await test.timeline.advance(minute);
    expect(test.gitHub.jobs()[0]?.status).toBe("queued");
  });

  it("ends a booting runner before it connects", async () => {
    const test = createTestGitHub();
    const { program, exits } = await start(test);
    program.terminate();
    await test.timeline.advance(minute);
    expect(exits).toEqual([0]);
    expect(test.gitHub.runners()[0]?.status).toBe("unused");
  });

  it("fails the running job with the shutdown in its log", async () => {
    const test = createTestGitHub();
    const { program, exits } = await start(test);
    test.gitHub.queueJob({ ...build, durationMilliseconds: minute });
    await test.timeline.advance(10_000);
    program.terminate();
    await test.timeline.advance(1000);
    expect(test.gitHub.jobs()[0]).toMatchObject({ conclusion: "failure" });
    expect(test.gitHub.jobs()[0]?.annotations[0]).toContain("shutdown signal");
    expect(exits).toEqual([0]);
  });
});

describe("kill", () => {
  it("is silent: no exit, and the job fails only when GitHub misses the runner", async () => {
    const test = createTestGitHub();
    const { program, exits } = await start(test);
    test.gitHub.queueJob({ ...build, durationMilliseconds: minute });
    await test.timeline.advance(10_000);
    program.kill();
    await test.timeline.advance(9 * minute);
    expect(test.gitHub.jobs()[0]?.status).toBe("in_progress");
    await test.timeline.advance(2 * minute);
    expect(test.gitHub.jobs()[0]).toMatchObject({ conclusion: "failure" });
    expect(exits).toEqual([]);
  });
});
