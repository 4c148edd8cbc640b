import { describe, expect, it } from "vitest";

import { createSqsJobQueue } from "../../functions/adapters/sqs-job-queue.ts";
import { QueueError } from "../../functions/core/errors.ts";
import { createFakeAws, errorResponse } from "../support/fake-aws.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

const queueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs";
const wake = { version: 1, kind: "wake", itemId: "job#1-1" } as const;

function start() {
  const aws = createFakeAws();
  const surroundings = createTestSurroundings(aws.answer);
  return { aws, surroundings, queue: createSqsJobQueue(surroundings, queueUrl) };
}

describe("createSqsJobQueue", () => {
  it("sends an envelope as it is, without group and delay", async () => {
    const { aws, surroundings, queue } = start();
    await queue.send(wake);
    expect(aws.messages).toEqual([
      { queueUrl, body: JSON.stringify(wake), groupId: undefined, delaySeconds: undefined },
    ]);
    expect(surroundings.requests[0]?.host).toBe("sqs.eu-west-1.amazonaws.com");
  });

  it("sends it in a group, and later", async () => {
    const { aws, queue } = start();
    await queue.send(wake, { groupId: "591427149", delaySeconds: 0 });
    expect(aws.messages).toMatchObject([{ groupId: "591427149", delaySeconds: 0 }]);
  });

  it("tells a refusal in its own words", async () => {
    const { aws, queue } = start();
    aws.faults.set("SendMessage", () => errorResponse(403, "AccessDenied", "not you"));
    const sending = queue.send(wake);
    await expect(sending).rejects.toBeInstanceOf(QueueError);
    await expect(sending).rejects.toMatchObject({
      message: "job queue did not store the message: AccessDenied: not you",
      retryable: false,
    });
  });
});
