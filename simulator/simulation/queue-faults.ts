import type { SQSEvent } from "aws-lambda";

import type { WireService } from "../wire.ts";
import type { ConsumeQueue } from "../world.ts";
import { type Batches, inBatch } from "./batches.ts";
import type { Dice } from "./dice.ts";
import { membersOf, operationOf } from "./fault-answers.ts";
import { namedJobs } from "./named-jobs.ts";
import { TooManyRequestsException } from "./lambda-host.ts";
import { toPoisonMark } from "./poison-mark.ts";

const second = 1_000;

/**
 * At-least-once delivery: a message that was deleted comes again from a server that missed the deletion,
 * and one in flight is received by somebody else before its visibility timeout is over.
 */
export function betweenQueue(dice: Dice, batches: Batches, next: ConsumeQueue): ConsumeQueue {
  const consume: ConsumeQueue = async (event) =>
    inBatch(batches, namedJobs(bodiesOf(event)), async () => next(event));
  return async (event) => {
    const jobs = namedJobs(bodiesOf(event));
    if (dice.strikes("message-visible-early", jobs)) {
      consumeLater(dice, consume, { event, after: dice.between("message-visible-early", 0, 10) });
    }
    const answer = await consume(event).catch((error: unknown) => {
      // The copies are invoked beside the queue's own limit, and may take up the last instance.
      if (error instanceof TooManyRequestsException) dice.note("message-visible-early", jobs);
      throw error;
    });
    if (dice.strikes("message-redelivered", jobs)) {
      consumeLater(dice, consume, { event, after: dice.between("message-redelivered", 0, 120) });
    }
    return answer;
  };
}

// The other copy's answer counts for nothing: its receipt handle is out of date.
function consumeLater(
  { timeline }: Dice,
  consume: ConsumeQueue,
  { event, after }: { readonly event: SQSEvent; readonly after: number },
): void {
  const again = { Records: event.Records.map((record) => receivedAgain(record)) };
  timeline.after(after * second, () => {
    consume(again).catch(() => {});
  });
}

function receivedAgain(record: SQSEvent["Records"][number]): SQSEvent["Records"][number] {
  const receives = Number(record.attributes.ApproximateReceiveCount) + 1;
  const attributes = { ...record.attributes, ApproximateReceiveCount: String(receives) };
  return { ...record, attributes };
}

function bodiesOf({ Records: records }: SQSEvent): string {
  return records.map(({ body }) => body).join("\n");
}

/** A standard queue hands out messages in about the order they came in, and not seldom in another. */
export function disorderMessages(dice: Dice, next: WireService): WireService {
  return async (request) => {
    if (!operationOf(request).startsWith("SendMessage")) return next(request);
    if (!dice.strikes("message-out-of-order", () => namedJobs(request.body))) return next(request);
    const later = Math.ceil(dice.between("message-out-of-order", 1, 20));
    const { Entries: entries, ...message } = membersOf(request.body);
    const delayed = Array.isArray(entries)
      ? { ...message, Entries: entries.map((entry: object) => delay({ ...entry }, later)) }
      : delay(message, later);
    return next({ ...request, body: JSON.stringify(delayed) });
  };
}

/**
 * In front of a message of a job there is, now and then, one that no function can read: of somebody
 * else, of a version that is yet to come, or cut off. Whoever cannot read it holds up the job as well.
 */
export function poisonQueue(dice: Dice): (next: WireService) => WireService {
  let poisons = 0;
  return (next) => async (request) => {
    if (operationOf(request) !== "SendMessage") return next(request);
    const message = membersOf(request.body);
    const [job] = namedJobs(request.body);
    const isForJobs = message["QueueUrl"] === dice.services().account.queueUrl;
    if (!isForJobs || job === undefined || !dice.strikes("message-poisoned", [job])) {
      return next(request);
    }
    poisons += 1;
    const body = spoil(String(message["MessageBody"]), toPoisonMark(poisons, job), poisons);
    await next({ ...request, body: JSON.stringify({ ...message, MessageBody: body }) });
    return next(request);
  };
}

function spoil(body: string, mark: string, number: number): string {
  const marked = body.replace("{", `{"note":"${mark}",`);
  if (number % 3 === 0) return marked.slice(0, -10);
  if (number % 3 === 1) return marked.replace('"version":1', '"version":2');
  return mark;
}

function delay(message: Readonly<Record<string, unknown>>, seconds: number): object {
  const wanted = Number(message["DelaySeconds"] ?? 0);
  return { ...message, DelaySeconds: Math.min(900, wanted + seconds) };
}
