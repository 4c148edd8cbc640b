import { describe, expect, it } from "vitest";
import type { RunnerSession } from "../../../simulator/github/session.ts";
import { createTestGitHub, mintJitConfig, type TestGitHub } from "./test-github.ts";

const minute = 60_000;
const day = 86_400_000;

/** Connects a runner that writes down what it hears and does nothing by itself. */
function connect({ gitHub }: TestGitHub, encodedJitConfig: string) {
  const heard: string[] = [];
  const session = gitHub.connectRunner(encodedJitConfig, {
    onJob: (job) => heard.push(`job ${job.name}`),
    onCancelled: () => heard.push("cancelled"),
    onRemoved: () => heard.push("removed"),
  });
  return { session, heard };
}

function requireSession(session: ReturnType<typeof connect>["session"]): RunnerSession {
  if (typeof session === "string") throw new Error(`the connection was refused: ${session}`);
  return session;
}

function queueBuild({ gitHub }: TestGitHub) {
  return gitHub.queueJob({ repository: "acme/app", name: "build", labels: ["tornade"] });
}

function findJob({ gitHub }: TestGitHub, id: number) {
  return gitHub.jobs().find((job) => job.id === id);
}

describe("connectRunner", () => {
  it("connects once: the same JIT config then meets a session conflict", async () => {
    const test = createTestGitHub();
    const encoded = await mintJitConfig(test);
    const session = requireSession(connect(test, encoded).session);
    expect(session).toMatchObject({ runnerName: "tornade-1-1-1" });
    expect(connect(test, encoded).session).toBe("conflict");
    session.disconnect();
    await test.timeline.advance(minute);
    expect(connect(test, encoded).session).toBe("conflict");
  });

  it("refuses a JIT config whose registration is gone, or is someone else's", async () => {
    const test = createTestGitHub();
    const encoded = await mintJitConfig(test);
    await test.timeline.advance(day);
    expect(test.gitHub.runners()).toEqual([]);
    expect(connect(test, encoded).session).toBe("deleted");
    const elsewhere = createTestGitHub({ random: () => 0.25 });
    await mintJitConfig(elsewhere);
    expect(connect(elsewhere, encoded).session).toBe("deleted");
  });

  it.each(["", "not base64 at all", Buffer.from("{}").toString("base64")])(
    "refuses %j as malformed",
    (encoded) => {
      expect(connect(createTestGitHub(), encoded).session).toBe("malformed");
    },
  );

  it("loses its registration after five idle minutes of listening", async () => {
    const test = createTestGitHub();
    const { heard } = connect(test, await mintJitConfig(test));
    await test.timeline.advance(5 * minute - 1);
    expect(test.gitHub.runners()).toHaveLength(1);
    await test.timeline.advance(1001);
    expect(test.gitHub.runners()).toEqual([]);
    expect(heard).toEqual(["removed"]);
  });

  it("keeps a runner that works longer than five minutes, and drops it with its job", async () => {
    const test = createTestGitHub();
    const { session, heard } = connect(test, await mintJitConfig(test));
    const job = queueBuild(test);
    await test.timeline.advance(20 * minute);
    expect(heard).toEqual(["job build"]);
    requireSession(session).completeJob("success");
    expect(findJob(test, job.id)).toMatchObject({ status: "completed", conclusion: "success" });
    expect(test.gitHub.runners()).toEqual([]);
  });
});

describe("a lost runner", () => {
  it("leaves its job running for ten minutes and then failed, whether it left or was killed", async () => {
    for (const end of ["disconnect", "vanish"] as const) {
      const test = createTestGitHub();
      const { session } = connect(test, await mintJitConfig(test));
      const job = queueBuild(test);
      await test.timeline.advance(1000);
      requireSession(session)[end]();
      await test.timeline.advance(10 * minute - 1);
      expect(findJob(test, job.id)).toMatchObject({ status: "in_progress" });
      await test.timeline.advance(1);
      expect(findJob(test, job.id)).toMatchObject({ conclusion: "failure" });
      expect(findJob(test, job.id)?.annotations[0]).toContain("lost communication");
      expect(test.gitHub.runners()).toEqual([]);
    }
  });

  it("does not end a job twice: what it says afterwards is not heard", async () => {
    const test = createTestGitHub();
    const { session } = connect(test, await mintJitConfig(test));
    const job = queueBuild(test);
    await test.timeline.advance(1000);
    requireSession(session).disconnect();
    requireSession(session).completeJob("success");
    expect(findJob(test, job.id)).toMatchObject({ status: "in_progress" });
  });

  it("that was killed while listening may be given a job, which is back in the queue after a minute", async () => {
    const test = createTestGitHub();
    const killed = connect(test, await mintJitConfig(test));
    requireSession(killed.session).vanish();
    await test.timeline.advance(30_000);
    const job = queueBuild(test);
    await test.timeline.advance(1000);
    const second = connect(test, await mintJitConfig(test, { name: "tornade-1-1-2" }));
    await test.timeline.advance(58_000);
    expect(second.heard).toEqual([]);
    await test.timeline.advance(3000);
    expect(second.heard).toEqual(["job build"]);
    expect(killed.heard).toEqual([]);
    expect(findJob(test, job.id)?.runner?.name).toBe("tornade-1-1-2");
  });

  it("that took its leave is given nothing", async () => {
    const test = createTestGitHub();
    requireSession(connect(test, await mintJitConfig(test)).session).disconnect();
    const job = queueBuild(test);
    const second = connect(test, await mintJitConfig(test, { name: "tornade-1-1-2" }));
    await test.timeline.advance(1000);
    expect(second.heard).toEqual(["job build"]);
    expect(findJob(test, job.id)?.status).toBe("in_progress");
    await test.timeline.advance(day);
    expect(test.gitHub.runners().map(({ name }) => name)).toEqual(["tornade-1-1-2"]);
  });
});

describe("cancelJob", () => {
  it("ends a waiting job at once, without a runner", async () => {
    const test = createTestGitHub();
    const job = queueBuild(test);
    test.gitHub.cancelJob(job.id);
    const { session, heard } = connect(test, await mintJitConfig(test));
    await test.timeline.advance(minute);
    expect(findJob(test, job.id)).toMatchObject({ conclusion: "cancelled", runner: null });
    expect(heard).toEqual([]);
    expect(typeof session).toBe("object");
  });

  it("asks the runner of a running job to end it", async () => {
    const test = createTestGitHub();
    const { session, heard } = connect(test, await mintJitConfig(test));
    const job = queueBuild(test);
    await test.timeline.advance(1000);
    test.gitHub.cancelJob(job.id);
    expect(heard).toEqual(["job build", "cancelled"]);
    expect(findJob(test, job.id)).toMatchObject({ status: "in_progress" });
    requireSession(session).completeJob("cancelled");
    expect(findJob(test, job.id)).toMatchObject({ conclusion: "cancelled" });
  });

  it("ends the job of a runner that is lost", async () => {
    const test = createTestGitHub();
    const { session } = connect(test, await mintJitConfig(test));
    const job = queueBuild(test);
    await test.timeline.advance(1000);
    requireSession(session).vanish();
    test.gitHub.cancelJob(job.id);
    expect(findJob(test, job.id)).toMatchObject({ conclusion: "cancelled" });
  });

  it("between assignment and start makes a ghost: no registration, no word, no further job", async () => {
    const test = createTestGitHub({ assignmentDelayMilliseconds: 500 });
    const { heard } = connect(test, await mintJitConfig(test));
    const job = queueBuild(test);
    await test.timeline.advance(600);
    expect(test.gitHub.runners()[0]?.jobId).toBe(job.id);
    test.gitHub.cancelJob(job.id);
    queueBuild(test);
    await test.timeline.advance(30 * minute);
    expect(heard).toEqual([]);
    expect(test.gitHub.runners()).toEqual([]);
  });
});
