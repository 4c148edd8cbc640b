import { describe, expect, it } from "vitest";

import { allowanceOf } from "../../../simulator/simulation/allowances.ts";
import { bounds, invariants } from "../../../simulator/simulation/bounds.ts";
import type { FaultName } from "../../../simulator/simulation/fault-rates.ts";
import { toPoisonMark } from "../../../simulator/simulation/poison-mark.ts";
import { awsRequest, runTask, who } from "./fault-stage.ts";
import {
  connect,
  createWatched,
  makePass,
  nameFor,
  putRow,
  register,
  taskEvent,
  type Watched,
} from "./monitor-stage.ts";

const minute = 60_000;
const job = { repository: "acme/app", name: "build", labels: ["self-hosted", "tornade"] };
const ok = { status: 200, headers: {}, body: "{}" };

const stop = { taskArn: "a", desiredStatus: "STOPPED", stopCode: "UserInitiated" };

/** The invariants that were found broken in the time that passes. */
async function brokenAfter(watched: Watched, milliseconds: number): Promise<readonly string[]> {
  return (await watched.after(milliseconds)).map(({ invariant }) => invariant);
}

/** tornade shows a check run about a job, and GitHub answers with this status. */
function tell(watched: Watched, jobId: number, status: number): void {
  const body = JSON.stringify({ name: "tornade / CI / test", external_id: `${jobId}-1` });
  const request = { method: "POST", path: "/repos/acme/app/check-runs", headers: {}, body };
  const answer = { status, headers: {}, body: "{}" };
  watched.call({ service: "github", name: "POST check-runs", request, answer });
}

describe("createMonitor", () => {
  describe("1 served or told", () => {
    it("misses a job that stays queued, once", async () => {
      const watched = createWatched();
      const { id } = watched.services.gitHub.queueJob(job);
      expect(await brokenAfter(watched, bounds.served - 1_000)).toEqual([]);
      const found = await watched.after(5_000);
      expect(found).toMatchObject([{ invariant: invariants.served, jobId: id }]);
      expect(await brokenAfter(watched, 60 * minute)).toEqual([]);
    });

    it("is content with one that is over, is not ours, is held back, or whose people were told", async () => {
      const watched = createWatched();
      const { gitHub } = watched.services;
      gitHub.queueJob({ ...job, labels: ["macos"] });
      gitHub.queueJob({ ...job, status: "waiting" });
      gitHub.cancelJob(gitHub.queueJob(job).id);
      const told = gitHub.queueJob(job);
      tell(watched, told.id, 201);
      expect(await brokenAfter(watched, 60 * minute)).toEqual([]);
    });

    it("is not content with a row that nobody reads, nor with a check run that GitHub refused", async () => {
      const watched = createWatched();
      const { id } = watched.services.gitHub.queueJob(job);
      watched.call({ name: "PutItem", request: putRow(`job#${id}-1`, { status: "failed" }) });
      tell(watched, id, 403);
      expect(await brokenAfter(watched, 60 * minute)).toHaveLength(1);
    });

    it.each<readonly [FaultName, number, boolean]>([
      ["webhook-never-made", bounds.served + 27 * minute, false],
      ["webhook-never-made", bounds.served + 29 * minute, true],
      ["webhook-told-twice", bounds.served + minute, true],
    ])("%s explains a wait of %i ms: broken %s", async (fault, wait, isBroken) => {
      const watched = createWatched();
      const { id } = watched.services.gitHub.queueJob(job);
      watched.faults.strikes.add({ fault, at: watched.timeline.now() }, [id]);
      expect((await brokenAfter(watched, wait)).length > 0).toBe(isBroken);
    });

    it.each<readonly [what: string, fault: FaultName, status: number, passes: number]>([
      ["a minute for each pass that was hindered", "webhook-lost", 502, 3],
      ["nothing for one that was told what it asked", "webhook-lost", 404, 0],
      ["nothing where reconcile is not waited for", "never-pulls", 502, 0],
    ])("grants %s", async (_what, fault, status, passes) => {
      const watched = createWatched();
      const { id } = watched.services.gitHub.queueJob(job);
      watched.faults.strikes.add({ fault, at: watched.timeline.now() }, [id]);
      for (let pass = 0; pass < 3; pass += 1) {
        makePass(watched, status);
        await watched.after(minute);
      }
      const bound = bounds.served + allowanceOf([{ fault, at: 0 }]) + passes * minute;
      const left = bound - 3 * minute;
      expect(await brokenAfter(watched, left - 2_000)).toEqual([]);
      expect(await brokenAfter(watched, 4_000)).toEqual([invariants.served]);
    });

    it("finds at the end what is still queued", async () => {
      const watched = createWatched();
      watched.services.gitHub.queueJob(job);
      expect(watched.monitor.check(true)).toMatchObject([{ invariant: invariants.served }]);
    });
  });

  describe("2 one runner a job, 9 no launch too many", () => {
    it("finds two machines that wait for one job", async () => {
      const watched = createWatched();
      const { id } = watched.services.gitHub.queueJob(job);
      await register(watched, nameFor(id, 1));
      watched.monitor.onTask(taskEvent(nameFor(id, 1), { taskArn: "a" }));
      expect(await brokenAfter(watched, 0)).toEqual([]);
      await register(watched, nameFor(id, 2));
      watched.monitor.onTask(taskEvent(nameFor(id, 2), { taskArn: "b" }));
      expect(await brokenAfter(watched, 0)).toEqual([invariants.oneRunner, invariants.launches]);
    });

    it("is content when the first one has ended, for a reason", async () => {
      const watched = createWatched();
      const { id } = watched.services.gitHub.queueJob(job);
      await register(watched, nameFor(id, 1));
      watched.monitor.onTask(taskEvent(nameFor(id, 1), { taskArn: "a" }));
      watched.monitor.onTask(taskEvent(nameFor(id, 1), { taskArn: "a", lastStatus: "STOPPED" }));
      watched.faults.strikes.add({ fault: "start-fails", at: 0 }, [id]);
      await register(watched, nameFor(id, 2));
      watched.monitor.onTask(taskEvent(nameFor(id, 2), { taskArn: "b" }));
      expect(await brokenAfter(watched, 0)).toEqual([]);
    });

    it("is content when the first one was given to a job that ended before it heard of it", async () => {
      const watched = createWatched();
      const { gitHub } = watched.services;
      const foreign = gitHub.queueJob({ ...job, labels: ["self-hosted"] });
      const { id } = gitHub.queueJob(job);
      const name = await connect(watched, id);
      while (gitHub.runners().every(({ jobId }) => jobId === null)) await watched.timeline.step();
      gitHub.cancelJob(foreign.id);
      watched.monitor.onTask(taskEvent(name, { taskArn: "a", lastStatus: "STOPPED" }));
      watched.monitor.onTask(taskEvent(nameFor(id, 2), { taskArn: "b" }));
      expect(await brokenAfter(watched, 0)).toEqual([]);
    });

    it.each<FaultName>(["ledger-conflict", "webhook-told-twice", "message-redelivered"])(
      "finds a launch that nothing explains: %s does not",
      async (fault) => {
        const watched = createWatched();
        const { id } = watched.services.gitHub.queueJob(job);
        watched.faults.strikes.add({ fault, at: 0 }, [id]);
        watched.monitor.onTask(taskEvent(nameFor(id, 1), { taskArn: "a" }));
        watched.monitor.onTask(taskEvent(nameFor(id, 1), { taskArn: "a", lastStatus: "STOPPED" }));
        watched.monitor.onTask(taskEvent(nameFor(id, 2), { taskArn: "b" }));
        expect(await brokenAfter(watched, 0)).toEqual([invariants.launches]);
      },
    );
  });

  describe("2 one launch a token", () => {
    it("finds a token with other parameters, not a repetition", async () => {
      const watched = createWatched();
      watched.call({ name: "RunTask", request: runTask() });
      watched.call({ name: "RunTask", request: runTask() });
      expect(await brokenAfter(watched, 0)).toEqual([]);
      watched.call({ name: "RunTask", request: runTask("FARGATE_SPOT") });
      expect(await brokenAfter(watched, 0)).toEqual([invariants.token]);
    });
  });

  describe("3 a JIT config is used once", () => {
    it("finds two machines with one JIT config", async () => {
      const watched = createWatched();
      watched.monitor.onTask(taskEvent(nameFor(7, 1), { taskArn: "a" }, "the same"));
      watched.monitor.onTask(
        taskEvent(nameFor(7, 1), { taskArn: "a", lastStatus: "PENDING" }, "the same"),
      );
      expect(await brokenAfter(watched, 0)).toEqual([]);
      watched.monitor.onTask(taskEvent(nameFor(8, 1), { taskArn: "b" }, "the same"));
      expect(await brokenAfter(watched, 0)).toEqual([invariants.jitConfig]);
    });
  });

  describe("4 nothing idle, 5 no registration left, 6 no busy runner is stopped", () => {
    it("finds a machine that goes on without a job", async () => {
      const watched = createWatched();
      await connect(watched, 7);
      expect(await brokenAfter(watched, bounds.idle - 1_000)).toEqual([]);
      expect(await brokenAfter(watched, 3_000)).toEqual([invariants.idle]);
    });

    it("is content with one that ended in time, and finds its registration when that stays", async () => {
      const watched = createWatched();
      const name = await connect(watched, 7);
      await watched.timeline.advance(minute);
      watched.monitor.onTask(taskEvent(name, { taskArn: "a", lastStatus: "STOPPED" }));
      expect(await brokenAfter(watched, bounds.registration - 1_000)).toEqual([]);
      expect(await brokenAfter(watched, 3_000)).toEqual([invariants.registration]);
    });

    it("is content when the registration goes with the machine", async () => {
      const watched = createWatched();
      const name = await connect(watched, 7);
      watched.monitor.onTask(taskEvent(name, { taskArn: "a", lastStatus: "STOPPED" }));
      for (const { id } of watched.services.gitHub.runners()) {
        watched.services.gitHub.removeRunner(id);
      }
      expect(await brokenAfter(watched, 30 * minute)).toEqual([]);
    });

    it.each([
      ["works", "in_progress"],
      ["has been given a job", "queued"],
    ])("finds a runner that is stopped while it %s", async (_what, status) => {
      const watched = createWatched();
      const { gitHub } = watched.services;
      const { id } = gitHub.queueJob(job);
      const name = await connect(watched, id);
      while (gitHub.runners().every(({ jobId }) => jobId === null)) await watched.timeline.step();
      if (status === "in_progress") await watched.timeline.advance(2_000);
      expect(gitHub.findJob(id)?.status).toBe(status);
      watched.monitor.onTask(taskEvent(name, stop));
      expect(await brokenAfter(watched, 0)).toEqual([invariants.busy]);
    });

    it("is content when one that idles is stopped", async () => {
      const watched = createWatched();
      watched.monitor.onTask(taskEvent(await connect(watched, 7), stop));
      expect(await brokenAfter(watched, 0)).toEqual([]);
    });
  });

  describe("7 nothing secret is told", () => {
    it.each([
      ["a token", `"ghs_${"a".repeat(40)}"`],
      ["a private key", '"-----BEGIN RSA PRIVATE KEY-----"'],
      ["a JSON web token", '"eyJhbGciOiJSUzI1NiJ9.eyJpYXQiOjE3Njc1.x"'],
      ["a signature", `"sha256=${"0".repeat(64)}"`],
      ["a JIT config", `"${"eyJ9".repeat(200)}"`],
      ["the webhook secret", '"simulated webhook secret"'],
    ])("finds %s wherever somebody may read it", async (_what, secret) => {
      const watched = createWatched();
      watched.monitor.onLog({ who, at: 0, text: `{"message":"x","error":${secret}}` });
      const request = awsRequest("AmazonSQS.SendMessage", { MessageBody: secret });
      watched.call({ name: "SendMessage", request });
      for (const name of ["PutItem", "StopTask", "RunTask", "StartBuild"]) {
        watched.call({ name, request });
      }
      watched.call({ service: "github", name: "POST check-runs", request });
      const broken = await brokenAfter(watched, 0);
      expect(broken).toEqual(Array.from({ length: 7 }, () => invariants.secret));
    });

    it("is content with an ordinary line, and with the one secret that a launch carries", async () => {
      const watched = createWatched();
      const jitConfig = { name: "TORNADE_JIT_CONFIG", value: "eyJ9".repeat(200) };
      const request = awsRequest("ECS.RunTask", { environment: [jitConfig] });
      watched.call({ name: "RunTask", request });
      const text = '{"level":"info","message":"claimed","items":["job#41987654321-1"]}';
      watched.monitor.onLog({ who, at: 0, text });
      expect(await brokenAfter(watched, 0)).toEqual([]);
    });
  });

  describe("8 within GitHub's limits", () => {
    const request = {
      method: "POST",
      path: "/orgs/acme/actions/runners/generate-jitconfig",
      headers: { authorization: "token ghs_x" },
      body: "",
    };

    it.each([
      [280, 0, 0],
      [281, 0, 1],
      [400, minute, 0],
    ])("%i calls, with a pause of %i ms: broken %i times", async (calls, pause, broken) => {
      const watched = createWatched();
      for (let made = 0; made < calls; made += 1) {
        if (made === calls / 2) await watched.timeline.advance(pause);
        watched.call({ service: "github", name: "POST generate-jitconfig", request, answer: ok });
      }
      expect(await brokenAfter(watched, 0)).toEqual(
        Array.from({ length: broken }, () => invariants.limit),
      );
    });

    it.each([
      ["launch-runner", 300, 0],
      ["launch-runner", 301, 1],
      ["follow-runner", 291, 0],
      ["follow-runner", 292, 1],
    ] as const)("twelve of %s, %i calls: broken %i times", async (name, calls, broken) => {
      const watched = createWatched();
      for (let made = 0; made < calls; made += 1) {
        const caller = { function: name, instance: made % 12 };
        const call = { service: "github", name: "POST generate-jitconfig", answer: ok } as const;
        watched.call({ ...call, who: caller, request });
      }
      expect(await brokenAfter(watched, 0)).toHaveLength(broken);
    });

    it.each([
      [5_111, 0],
      [5_112, 1],
    ])("twelve of launch-runner, %i calls in an hour: broken %i times", async (calls, broken) => {
      const watched = createWatched();
      for (let made = 0; made < calls; made += 1) {
        const caller = { function: "launch-runner", instance: made % 12 } as const;
        const name = `GET thing ${made % 10}`;
        const get = { ...request, method: "GET" };
        watched.call({ service: "github", name, answer: ok, who: caller, request: get });
      }
      expect(await brokenAfter(watched, 0)).toHaveLength(broken);
    });
  });

  it.each([
    ["one installation", [7], 1],
    ["two installations", [7, 8], 0],
    ["one installation with two tokens", [7, 7], 1],
  ])("8 counts what names no owner against %s by its token", async (_whose, ids, broken) => {
    const watched = createWatched();
    const list = "GET repositories";
    for (const [index, id] of ids.entries()) {
      const path = `/app/installations/${id}/access_tokens`;
      const app = { method: "POST", path, headers: { authorization: "bearer a.b.c" }, body: "" };
      const body = `{"token":"ghs_${index}"}`;
      const made = { name: "POST access_tokens", request: app, answer: { ...ok, body } };
      watched.call({ service: "github", ...made });
    }
    for (let made = 0; made < 1_200; made += 1) {
      const authorization = `token ghs_${made % ids.length}`;
      const path = "/installation/repositories?per_page=100&page=1";
      const request = { method: "GET", path, headers: { authorization }, body: "" };
      watched.call({ service: "github", name: list, request, answer: ok });
    }
    expect(await brokenAfter(watched, 0)).toEqual(
      Array.from({ length: broken }, () => invariants.limit),
    );
  });

  describe("10 no function sleeps", () => {
    it("finds a timer", async () => {
      const watched = createWatched();
      watched.monitor.onSleep(1_000);
      expect(await brokenAfter(watched, 0)).toEqual([invariants.sleep]);
    });
  });

  describe("13 what cannot be read is set aside", () => {
    const reason = { DataType: "String", StringValue: "message is not an envelope" };
    const poison = toPoisonMark(1, 7);

    async function send(
      { services: { aws, account } }: Watched,
      queue: "queueUrl" | "deadLetterQueueUrl",
      members: object = { MessageBody: poison, MessageAttributes: { reason } },
    ): Promise<void> {
      const message = { QueueUrl: account[queue], ...members };
      expect((await aws.handle(awsRequest("AmazonSQS.SendMessage", message))).status).toBe(200);
    }

    async function receive({ services: { aws, account } }: Watched): Promise<void> {
      const wanted = { QueueUrl: account.queueUrl, VisibilityTimeout: 600 };
      await aws.handle(awsRequest("AmazonSQS.ReceiveMessage", wanted));
    }

    it("finds one that was received and is still in the queue", async () => {
      const watched = createWatched();
      await send(watched, "queueUrl");
      expect(await brokenAfter(watched, 2 * minute)).toEqual([]);
      await receive(watched);
      expect(await brokenAfter(watched, bounds.poison - minute)).toEqual([]);
      expect(await brokenAfter(watched, 3 * minute)).toContain(invariants.poison);
    });

    it("finds one that is set aside without a word, and a message that could be read", async () => {
      const watched = createWatched();
      await send(watched, "deadLetterQueueUrl");
      expect(await brokenAfter(watched, 2 * minute)).toEqual([]);
      await send(watched, "deadLetterQueueUrl", { MessageBody: poison });
      expect(await brokenAfter(watched, minute)).toEqual([invariants.poison]);
      const message = { MessageBody: '{"version":1}', MessageAttributes: { reason } };
      await send(watched, "deadLetterQueueUrl", message);
      expect(await brokenAfter(watched, minute)).toContain(invariants.poison);
    });

    it("finds at the end that one is nowhere", async () => {
      const watched = createWatched();
      watched.faults.strikes.add({ fault: "message-poisoned", at: 0 }, [7]);
      const broken = () => watched.monitor.check(true).map(({ invariant }) => invariant);
      expect(broken()).toEqual([invariants.poison]);
      await send(watched, "deadLetterQueueUrl");
      await watched.after(minute);
      expect(broken()).toEqual([]);
    });
  });

  it("forgets what it is told to forget", async () => {
    const watched = createWatched();
    const forgotten = watched.services.gitHub.queueJob(job);
    watched.faults.strikes.add({ fault: "spot-before", at: 0 }, [forgotten.id]);
    watched.monitor.onForgotten(forgotten);
    expect(watched.faults.strikes.of(forgotten.id)).toEqual([]);
    expect(await brokenAfter(watched, 60 * minute)).toEqual([]);
  });
});
