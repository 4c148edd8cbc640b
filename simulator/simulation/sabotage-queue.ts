import type { SQSEvent } from "aws-lambda";

import { decodeEnvelope, encodeEnvelope, type JobEnvelope } from "../../functions/core/envelope.ts";
import { readRunnerName } from "../../functions/core/runner-name.ts";
import { jsonResponse } from "../wire.ts";
import type { ConsumeQueue, Deliver, WorldOptions } from "../world.ts";
import { membersOf, operationOf } from "./fault-answers.ts";
import type { Sabotage } from "./sabotage.ts";
import { tamper } from "./tamper.ts";

/** What is switched off between GitHub, the queue and the functions. */
export const queueSabotages: Readonly<Record<string, Sabotage>> = {
  "ack-on-error": {
    rule: "a message whose handling failed comes again",
    noticedBy: ["served", "debt", "idle", "registration"],
    faults: "ledger,killed-after",
    apply: acknowledgeAll,
  },
  "spoilt-batch": {
    rule: "a message that cannot be read is set aside, and spoils no other",
    noticedBy: ["poison"],
    faults: "message-poisoned",
    apply: spoilBatches,
  },
  "sleep-in-handler": {
    rule: "nothing waits inside a function",
    noticedBy: ["sleep"],
    faults: "none",
    apply: sleepInHandler,
  },
  "delivery-as-key": {
    rule: "a row stands for a job, not for a delivery about it",
    noticedBy: ["oneRunner", "launches", "served"],
    faults: "webhook-told-twice",
    apply: keyByDelivery,
  },
  "no-rebinding": {
    rule: "a runner serves the job that GitHub gave it",
    noticedBy: ["served", "launches", "busy"],
    faults: "runner-stolen",
    apply: rebindNothing,
  },
  "no-cancellation": {
    rule: "the runner of a cancelled job goes with it",
    noticedBy: ["idle", "launches"],
    faults: "job-cancelled",
    apply: ignoreCancellation,
  },
  "answer-too-soon": {
    rule: "a delivery is answered when it is safe in the queue",
    noticedBy: ["served"],
    faults: "none",
    apply: answerTooSoon,
  },
  "no-following": {
    rule: "a runner that ended before its job began is replaced",
    noticedBy: ["served", "registration"],
    faults: "session-conflict,start-fails,spot-before",
    apply: followNothing,
  },
  "status-instead-of-action": {
    rule: "what GitHub says of a job is its action, whatever the job's status",
    noticedBy: ["served"],
    faults: "none",
    apply: heedStatus,
  },
};

/** Whatever goes wrong with a message, it is done with. */
function acknowledgeAll(options: WorldOptions): WorldOptions {
  return onQueue(options, (next) => async (event) => {
    await next(event).catch(() => {});
    return { batchItemFailures: [] };
  });
}

/** Whoever meets a message that cannot be read fails, and with that one the others of the batch. */
function spoilBatches(options: WorldOptions): WorldOptions {
  return onQueue(options, (next) => async (event) => {
    for (const { body } of event.Records) decodeEnvelope(body);
    return next(event);
  });
}

/** A function waits where it stands. */
function sleepInHandler(options: WorldOptions): WorldOptions {
  return onQueue(options, (next) => async (event) => {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 1_000);
    });
    return next(event);
  });
}

/** The delivery, not the job, is what a row stands for. */
function keyByDelivery(options: WorldOptions): WorldOptions {
  return onJobs(options, (envelope) => {
    const attempt = Number.parseInt(envelope.deliveryId.slice(0, 6), 16) || 1;
    return { ...envelope, job: { ...envelope.job, attempt } };
  });
}

/** What GitHub says of a job counts only where the job's status in the payload says so too. */
function heedStatus(options: WorldOptions): WorldOptions {
  const { betweenWebhook } = options;
  return { ...options, betweenWebhook: (next) => betweenWebhook?.(heed(next)) ?? heed(next) };
}

function heed(next: Deliver): Deliver {
  return async (request) => {
    const { action, workflow_job: job } = membersOf(request.body);
    const status = typeof job === "object" && job !== null && "status" in job ? job.status : action;
    return status === action ? next(request) : { status: 200 };
  };
}

/** Runners are taken to serve the job they were made for, whatever GitHub says. */
export function rebindNothing(options: WorldOptions): WorldOptions {
  return onJobs(options, ({ runnerName, ...envelope }) => {
    const madeFor = readRunnerName("tornade", runnerName ?? "")?.jobKey;
    const isOwn = madeFor === `${envelope.job.id}-${envelope.job.attempt}`;
    return runnerName === undefined || !isOwn ? envelope : { ...envelope, runnerName };
  });
}

/** The end of a job that no runner had is not heard of. */
function ignoreCancellation(options: WorldOptions): WorldOptions {
  return onMessages(options, (envelope) =>
    envelope.action === "completed" && envelope.runnerName === undefined ? undefined : envelope,
  );
}

/** A delivery is answered before it is safe in the queue, and some never get there. */
function answerTooSoon(options: WorldOptions): WorldOptions {
  let sent = 0;
  return tamper(options, {
    aws: (next, name) => async (request) => {
      const isDelivery = name === "receive-webhook" && operationOf(request) === "SendMessage";
      if (isDelivery && (sent += 1) % 10 === 0) return jsonResponse(200, { MessageId: "lost" });
      return next(request);
    },
  });
}

/** The end of a task or build is not heard of. */
function followNothing(options: WorldOptions): WorldOptions {
  return { ...options, betweenEvents: () => async () => {} };
}

function onJobs(
  options: WorldOptions,
  change: (envelope: JobEnvelope) => JobEnvelope,
): WorldOptions {
  return onMessages(options, change);
}

/** Changes what launch-runner is told of jobs; a message of which nothing is left is acknowledged. */
function onMessages(
  options: WorldOptions,
  change: (envelope: JobEnvelope) => JobEnvelope | undefined,
): WorldOptions {
  return onQueue(options, (next) => async (event) => next(changeBodies(event, change)));
}

function changeBodies(
  { Records: records }: SQSEvent,
  change: (envelope: JobEnvelope) => JobEnvelope | undefined,
): SQSEvent {
  return {
    Records: records.flatMap((record) => {
      const envelope = decodeEnvelope(record.body);
      if (envelope.kind !== "job") return [record];
      const changed = change(envelope);
      return changed === undefined ? [] : [{ ...record, body: encodeEnvelope(changed) }];
    }),
  };
}

function onQueue(
  options: WorldOptions,
  tampered: (next: ConsumeQueue) => ConsumeQueue,
): WorldOptions {
  const { betweenQueue } = options;
  return { ...options, betweenQueue: (next) => betweenQueue?.(tampered(next)) ?? tampered(next) };
}
