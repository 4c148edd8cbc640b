import { describe, expect, it } from "vitest";

import { createReceiveWebhook } from "../../functions/receive-webhook/receive-webhook.ts";
import { listTasks } from "../support/machines.ts";
import { countCalls, createTestWorld, readJobItem, webhookSecret } from "../support/test-world.ts";
import { createPayload, createRequest } from "../support/webhook.ts";
import {
  answerInstead,
  awsError,
  conclusionsOf,
  createFlakyWorld,
  readLeftovers,
} from "./stage.ts";

const body = JSON.stringify(createPayload());
const signed = { body, secret: webhookSecret };

// Each test is a row of a table of what terraform-aws-github-runner does when something goes wrong:
// what the webhook of that system answers, and what becomes of the job.
describe("where terraform-aws-github-runner fails: the webhook", () => {
  it("a wrong signature is refused, in words that tell nothing", async () => {
    const { receiveWebhook } = await createTestWorld();
    const answer = await receiveWebhook(createRequest({ body, secret: "guess" }));
    expect(answer).toMatchObject({
      statusCode: 401,
      body: '{"message":"signature is missing or wrong"}',
    });
  });

  it("a missing signature is the sender's mistake and no failure of ours", async () => {
    const { receiveWebhook } = await createTestWorld();
    const missing = await receiveWebhook(createRequest({ body }));
    expect(missing.statusCode).toBe(401);
    expect(missing).toEqual(await receiveWebhook(createRequest({ body, secret: "guess" })));
  });

  it("a body in base64 is checked as the bytes that were signed", async () => {
    const { receiveWebhook } = await createTestWorld();
    const request = createRequest({ body: Buffer.from(body), secret: webhookSecret });
    expect(request.isBase64Encoded).toBe(true);
    expect(await receiveWebhook(request)).toMatchObject({ statusCode: 202 });
  });

  it.each([
    ["without an id", { id: undefined }],
    ["with labels that are no list", { labels: "tornade" }],
    ["with a name that is no text", { name: 7 }],
  ])("a signed job %s is called malformed, not a failure of the server", async (_what, fields) => {
    const world = await createTestWorld();
    const malformed = JSON.stringify(createPayload(fields));
    const answer = await world.receiveWebhook(
      createRequest({ body: malformed, secret: webhookSecret }),
    );
    expect(answer.statusCode).toBe(400);
    expect(countCalls(world, ["SendMessage"])).toEqual({ SendMessage: 0 });
  });

  it.each(["ping", "push", "check_run", "workflow_run"])(
    "the event %s, which is none of ours, is neither an error nor sent on",
    async (event) => {
      const world = await createTestWorld();
      const headers = { "x-github-event": event };
      const request = createRequest({
        body: '{"action":"created"}',
        secret: webhookSecret,
        headers,
      });
      expect(await world.receiveWebhook(request)).toMatchObject({ statusCode: 200 });
      expect(countCalls(world, ["SendMessage"])).toEqual({ SendMessage: 0 });
      expect(world.lines.join("")).not.toMatch(/"level":"(?:warn|error)"/u);
    },
  );

  it("a label that nothing matches turns the job red within minutes, with the reason in its log", async () => {
    const world = await createTestWorld();
    const job = world.queueJob({ labels: ["tornade", "runs-on=FARGET"] });
    await world.pass(120);
    expect(world.gitHub.findJob(job.id)).toMatchObject({
      conclusion: "failure",
      annotations: [
        "tornade: label 'runs-on=FARGET' is unknown; use FARGATE, FARGATE_SPOT or CODEBUILD",
      ],
    });
  });

  it("labels that are part of other jobs' labels start nothing by themselves", async () => {
    const world = await createTestWorld();
    for (const labels of [["self-hosted"], ["self-hosted", "linux", "x64"], ["ubuntu-latest"]]) {
      world.queueJob({ labels });
    }
    await world.pass(60);
    expect(countCalls(world, ["SendMessage", "RunTask"])).toEqual({ SendMessage: 0, RunTask: 0 });

    const labels = ["Self-Hosted", "tornade", "arch=ARM64"];
    const ours = world.queueJob({ labels });
    await world.pass(300);
    // The first runner was taken by one of the others, whose labels it has; ours got another.
    expect(world.gitHub.findJob(ours.id)).toMatchObject({ conclusion: "success" });
    const minted = world.calls.filter(({ name }) => name === "POST generate-jitconfig");
    for (const { request } of minted) {
      expect(JSON.parse(request.body)).toMatchObject({ labels });
    }
  });

  it("a delivery and a message that come twice start one runner", async () => {
    const world = await createTestWorld({
      betweenWebhook: (next) => async (request) => {
        await next(request);
        return next(request);
      },
      betweenQueue: (next) => async (event) => {
        await next(event);
        return next(event);
      },
    });
    world.queueJob();
    await world.pass(600);
    expect(countCalls(world, ["POST generate-jitconfig", "RunTask"])).toEqual({
      "POST generate-jitconfig": 1,
      RunTask: 1,
    });
    expect(conclusionsOf(world)).toEqual(["success"]);
    expect(await readLeftovers(world)).toEqual([]);
  });

  it("a delivery that the queue refuses is asked for again until it is taken", async () => {
    const world = await createTestWorld();
    const mend = answerInstead(world, "SendMessage", () => awsError("RequestThrottled"));
    world.queueJob();
    await world.pass(30);
    expect(world.gitHub.deliveries()).toMatchObject([{ statusCode: 503 }]);
    mend();
    await world.pass(300);
    expect(conclusionsOf(world)).toEqual(["success"]);
  });

  it.each(["AccessDeniedException", "ParameterNotFound", "KMSAccessDeniedException"])(
    "a secret that cannot be read at the start (%s) fails deliveries for so long and no longer",
    async (error) => {
      const world = await createTestWorld();
      const mend = answerInstead(world, "GetParameters", () => awsError(error));
      const receive = await createReceiveWebhook(world.surroundings);
      for (let repeat = 0; repeat < 3; repeat += 1) {
        // Never the 202 of a delivery that was dropped: GitHub has to record it as failed.
        expect(await receive(createRequest(signed))).toMatchObject({ statusCode: 503 });
      }
      mend();
      expect(await receive(createRequest(signed))).toMatchObject({ statusCode: 202 });
    },
  );

  it("a secret that was rotated is in service at once, in instances that are warm as well", async () => {
    const world = await createTestWorld();
    await world.pass(31);
    world.aws.ssm.put("/tornade/webhook-secret", "a new secret for tests");
    const renewed = createRequest({ body, secret: "a new secret for tests" });
    expect(await world.receiveWebhook(renewed)).toMatchObject({ statusCode: 202 });
    await world.pass(300);
    expect(await world.receiveWebhook(createRequest(signed))).toMatchObject({ statusCode: 401 });
  });

  it.each([
    ["failed", 503, 120],
    ["was refused for an hour, by a wrong secret,", 401, 3_600],
  ])("a webhook that %s is delivered again and its job served", async (_how, status, seconds) => {
    const { world, flaw } = await createFlakyWorld();
    flaw.answer = status;
    const lost = world.queueJob();
    await world.pass(seconds);
    flaw.answer = undefined;
    const next = world.queueJob({ labels: ["tornade", "job=2"] });
    await world.pass(600);
    expect(await readJobItem(world, lost)).toMatchObject({ status: "completed" });
    expect(await readJobItem(world, next)).toMatchObject({ status: "completed" });
    expect(conclusionsOf(world)).toEqual(["success", "success"]);
  });

  it("a webhook that GitHub never made is made up for by asking which jobs are queued", async () => {
    const { world, flaw } = await createFlakyWorld();
    world.queueJob({ durationMilliseconds: 90_000 });
    await world.pass(240);
    // Taken and lost: GitHub's list of deliveries shows nothing amiss.
    flaw.answer = 202;
    world.queueJob();
    await world.pass(1);
    flaw.answer = undefined;
    await world.pass(420);
    expect(conclusionsOf(world)).toEqual(["success", "success"]);
    expect(countCalls(world, ["POST attempts"])).toEqual({ "POST attempts": 0 });
    expect(await listTasks(world)).toEqual([]);
  });
});
