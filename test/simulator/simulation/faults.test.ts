import type { SQSRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";

import { createBatches } from "../../../simulator/simulation/batches.ts";
import type { FaultName } from "../../../simulator/simulation/fault-rates.ts";
import { TooManyRequestsException } from "../../../simulator/simulation/lambda-host.ts";
import { bodyOf, createStage, runTask, type Stage, watchTasks, who } from "./fault-stage.ts";

const minute = 60_000;
const job = { repository: "acme/app", name: "build", labels: ["self-hosted", "tornade"] };

/** The webhooks that reach the receiver, as [GUID, installation]. */
function watchWebhooks({ faults }: Stage, status = 202) {
  const seen: (readonly [guid: string, installation: unknown])[] = [];
  const deliver = faults.betweenWebhook(async ({ headers, body }) => {
    seen.push([
      headers["x-github-delivery"] ?? "",
      bodyOf({ status, headers, body })["installation"],
    ]);
    return { status };
  });
  return { seen, deliver };
}

/** Sets the stage and queues a job that the faults know of: the first webhook only wakes them. */
async function queueTwo(fault: FaultName, draw = 0) {
  const stage = createStage([fault], draw);
  const { gitHub } = stage.services;
  const first = gitHub.queueJob({ ...job, labels: ["macos"] });
  await stage.timeline.advance(1_000);
  gitHub.cancelJob(first.id);
  await stage.timeline.advance(10 * minute);
  const before = gitHub.deliveries().length;
  const second = gitHub.queueJob(job);
  return { stage, gitHub, second, before };
}

describe("planDeliveries", () => {
  it.each<readonly [FaultName, number, number]>([
    ["webhook-never-made", 0, 0],
    ["webhook-duplicated", 2, 1],
    ["webhook-told-twice", 2, 2],
    ["webhook-misrouted", 1, 1],
    ["webhook-reordered", 1, 1],
  ])("%s: %i deliveries under %i GUIDs", async (fault, deliveries, guids) => {
    const { stage, gitHub, second, before } = await queueTwo(fault);
    await stage.timeline.advance(1_000);
    const made = gitHub.deliveries().slice(before);
    expect([made.length, new Set(made.map(({ guid }) => guid)).size]).toEqual([deliveries, guids]);
    expect(stage.faults.strikes.of(second.id)).toMatchObject([{ fault }]);
    expect(made.every(({ installationId }) => installationId === 99_999_999)).toBe(
      fault === "webhook-misrouted" || fault === "webhook-never-made",
    );
  });

  it("webhook-delayed: the delivery comes minutes later", async () => {
    const { stage, gitHub, before } = await queueTwo("webhook-delayed");
    await stage.timeline.advance(59_000);
    expect(gitHub.deliveries().length).toBe(before);
    await stage.timeline.advance(2_000);
    expect(gitHub.deliveries().length).toBe(before + 1);
  });
});

describe("betweenWebhook", () => {
  it.each<readonly [FaultName, number, number]>([
    ["webhook-lost", 502, 0],
    ["webhook-answer-lost", 504, 1],
  ])("%s is recorded as %i after %i requests", async (fault, statusCode, requests) => {
    const stage = createStage([fault]);
    const { seen, deliver } = watchWebhooks(stage);
    const request = { method: "POST", path: "/webhook", headers: {}, body: "{}" };
    const answer = await deliver(request).catch(() => ({ status: 502 }));
    expect([answer.status, seen.length]).toEqual([statusCode, requests]);
    expect(stage.faults.counts()).toEqual({ [fault]: 1 });
  });
});

const record: SQSRecord = {
  messageId: "m-1",
  receiptHandle: "r-1",
  body: '{"version":1,"kind":"job","action":"queued","job":{"id":7}}',
  attributes: {
    ApproximateReceiveCount: "1",
    SentTimestamp: "0",
    SenderId: "x",
    ApproximateFirstReceiveTimestamp: "0",
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: "",
  awsRegion: "",
};

describe("betweenQueue", () => {
  it.each<FaultName>(["message-redelivered", "message-visible-early"])(
    "%s: the same message is consumed twice",
    async (fault) => {
      const stage = createStage([fault]);
      const receives: (string | undefined)[] = [];
      const consume = stage.faults.betweenQueue(async ({ Records: [received] }) => {
        receives.push(received?.attributes.ApproximateReceiveCount);
      });
      await consume({ Records: [record] });
      await stage.timeline.advance(0);
      expect(receives).toEqual(["1", "2"]);
      expect(stage.faults.strikes.of(7)).toMatchObject([{ fault }]);
    },
  );

  it("explains what the jobs of a batch wait for, whose instance a copy has", async () => {
    const stage = createStage([]);
    const refuse = async () => Promise.reject(new TooManyRequestsException());
    const refused = stage.faults.betweenQueue(refuse)({ Records: [record] });
    await expect(refused).rejects.toThrow("Rate Exceeded.");
    expect(stage.faults.strikes.of(7)).toMatchObject([{ fault: "message-visible-early" }]);
  });
});

describe("betweenEvents", () => {
  const stopped = { detail: { lastStatus: "STOPPED", startedBy: "tornade-7-1-1" } };

  it.each<readonly [FaultName, number, number]>([
    ["event-lost", 0, 0],
    ["event-duplicated", 2, 2],
    ["event-late", 0, 1],
  ])("%s: heard of %i times at once, %i times in the end", async (fault, atOnce, inTheEnd) => {
    const stage = createStage([fault]);
    let heard = 0;
    const follow = stage.faults.betweenEvents(async () => {
      heard += 1;
    });
    void follow(stopped);
    await stage.timeline.advance(0);
    expect(heard).toBe(atOnce);
    await stage.timeline.advance(5 * minute);
    expect(heard).toBe(inTheEnd);
  });
});

describe("doomTasks", () => {
  it.each<readonly [FaultName, string, string]>([
    ["start-fails", "FARGATE", "STOPPED TaskFailedToStart"],
    ["spot-before", "FARGATE_SPOT", "STOPPED SpotInterruption"],
    ["spot-during", "FARGATE_SPOT", "STOPPED SpotInterruption"],
    ["spot-after", "FARGATE_SPOT", "STOPPED SpotInterruption"],
    ["machine-dies", "FARGATE", "STOPPED EssentialContainerExited"],
    ["machine-hangs", "FARGATE", "RUNNING"],
    ["session-conflict", "FARGATE", "STOPPED EssentialContainerExited"],
    ["slow-start", "FARGATE", "RUNNING"],
    ["never-pulls", "FARGATE", "PENDING"],
    ["never-connects", "FARGATE", "RUNNING"],
  ])("%s on %s: %s", async (fault, provider, last) => {
    const stage = createStage([fault]);
    const seen = watchTasks(stage);
    const capacity = provider === "FARGATE" ? provider : "FARGATE_SPOT";
    await stage.faults.betweenAws(stage.services.aws.handle, who)(runTask(capacity));
    await stage.timeline.advance(fault === "slow-start" ? 45_000 : 3 * minute);
    expect(seen.at(-1)).toBe(last);
    expect(stage.faults.strikes.of(7)).toMatchObject([{ fault }]);
  });

  it("leaves tasks on demand alone when only Spot capacity is taken away", async () => {
    const stage = createStage(["spot-before", "spot-during", "spot-after"]);
    await stage.faults.betweenAws(stage.services.aws.handle, who)(runTask("FARGATE"));
    expect(stage.faults.counts()).toEqual({});
  });

  it("never-pulls gives up in the end", async () => {
    const stage = createStage(["never-pulls"]);
    const seen = watchTasks(stage);
    await stage.faults.betweenAws(stage.services.aws.handle, who)(runTask());
    await stage.timeline.advance(21 * minute);
    expect(seen.at(-1)).toBe("STOPPED TaskFailedToStart");
  });
});

describe("doomJob", () => {
  it.each<readonly [FaultName, string | null, string | undefined]>([
    ["job-cancelled", "cancelled", undefined],
    ["job-expired", "cancelled", undefined],
    ["stolen-by-other", "success", "other-"],
  ])("%s: the job ends as %s", async (fault, conclusion, runner) => {
    const { stage, gitHub, second } = await queueTwo(fault);
    await stage.timeline.advance(2 * minute);
    const ended = gitHub.findJob(second.id);
    expect(ended).toMatchObject({ status: "completed", conclusion });
    expect(ended?.runner?.name.slice(0, 6)).toBe(runner);
    expect(stage.faults.strikes.of(second.id)).toMatchObject([{ fault }]);
  });
});

describe("createLambdaPolicy", () => {
  const call = {
    who,
    service: "aws",
    name: "PutItem",
    number: 1,
    at: 0,
    request: { method: "POST", path: "/", headers: {}, body: "job#7-1" },
  } as const;

  it.each<readonly [FaultName, unknown]>([
    ["killed-before", "kill-before"],
    ["killed-after", "kill-after"],
    ["frozen", { freeze: 500 }],
    ["timed-out", { freeze: minute }],
    ["clock-skewed", "run"],
  ])("%s: %o", (fault, fate) => {
    const { faults } = createStage([fault]);
    expect(faults.lambdaPolicy.decide(call)).toEqual(fate);
    const strikes = fault === "clock-skewed" ? [] : [{ fault }];
    expect(faults.strikes.of(7)).toMatchObject(strikes);
  });

  it("lets clocks disagree by less than two seconds", () => {
    expect(createStage(["clock-skewed"]).faults.lambdaPolicy.skew(who)).toBe(-1_500);
    expect(createStage([]).faults.lambdaPolicy.skew(who)).toBe(0);
  });

  it("counts a death against the whole batch", async () => {
    const batches = createBatches();
    batches.open([7, 8]);
    batches.open([9]);
    expect(batches.concernedBy("job#7-1")).toEqual([7, 8]);
    expect(batches.concernedBy("a call about no job")).toEqual([7, 8, 9]);
  });
});
