import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";

import { createSqsBatches } from "../../functions/adapters/sqs-batches.ts";
import { readArray, readObject, readText } from "../../functions/core/read-json.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

const queueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs";

/** Messages as SQS took them, request by request; it refuses those whose text is among these. */
function start(refused: readonly string[] = []) {
  const requests: { readonly text: string; readonly groupId: unknown }[][] = [];
  const surroundings = createTestSurroundings(async ({ body }) => {
    const entries = readArray(readObject(JSON.parse(body), "input")["Entries"], "Entries").map(
      (entry) => readObject(entry, "entry"),
    );
    const told = entries.map(({ Id, MessageBody, MessageGroupId: groupId }) => ({
      Id: readText(Id, "Id"),
      text: readText(MessageBody, "MessageBody"),
      groupId,
    }));
    requests.push(told.map(({ text, groupId }) => ({ text, groupId })));
    if (told.some(({ text }) => text.includes("job#13-1"))) {
      return jsonResponse(403, { __type: "AccessDenied", message: "not you" });
    }
    const [failed, stored] = [true, false].map((isRefused) =>
      told.filter(({ text }) => refused.some((id) => text.includes(id)) === isRefused),
    );
    return jsonResponse(200, {
      Successful: stored?.map(({ Id, text }) => ({
        Id,
        MessageId: `message-${Id}`,
        MD5OfMessageBody: createHash("md5").update(text).digest("hex"),
      })),
      Failed: failed?.map(({ Id }) => ({ Id, SenderFault: false, Code: "InternalError" })),
    });
  });
  return { requests, sendAll: createSqsBatches(surroundings, queueUrl) };
}

function wakes(...jobs: readonly number[]) {
  return jobs.map((job) => {
    const envelope = { version: 1, kind: "wake", itemId: `job#${job}-1` } as const;
    return job === 0 ? { envelope } : { envelope, groupId: `group-${job}` };
  });
}

describe("createSqsBatches", () => {
  it("sends ten messages with each request, as they are", async () => {
    const { requests, sendAll } = start();
    const messages = wakes(...Array.from({ length: 12 }, (_, index) => index));
    expect(await sendAll(messages)).toEqual([]);
    expect(requests.map(({ length }) => length)).toEqual([10, 2]);
    expect(requests.flat()).toEqual(
      messages.map(({ envelope, groupId }) => ({ text: JSON.stringify(envelope), groupId })),
    );
  });

  it("asks nothing where there is nothing to send", async () => {
    const { requests, sendAll } = start();
    expect(await sendAll([])).toEqual([]);
    expect(requests).toEqual([]);
  });

  it("tells why of what was refused of a request that succeeded", async () => {
    const { sendAll } = start(["job#1-1", "job#3-1"]);
    expect(await sendAll(wakes(1, 2, 3))).toEqual(["InternalError", "InternalError"]);
  });

  it("tells why of each message of a request that failed, and sends the others", async () => {
    const { requests, sendAll } = start();
    const jobs = Array.from({ length: 15 }, (_, index) => index);
    const why = Array.from({ length: 5 }, () => "AccessDenied: not you");
    expect(await sendAll(wakes(...jobs))).toEqual(why);
    expect(requests).toHaveLength(2);
  });
});
