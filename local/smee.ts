import { setTimeout as sleep } from "node:timers/promises";

import type { Log } from "../functions/core/log.ts";
import { readObject } from "../functions/core/read-json.ts";
import type { ReceiveWebhook } from "../functions/receive-webhook/receive-webhook.ts";

/** A channel of https://smee.io, or of a server like it. */
export type Channel = {
  readonly url: string;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** How long after a channel was lost it is listened to again, in milliseconds. */
const listenAgainAfter = 3_000;

/**
 * Takes webhooks from a channel, for a machine that GitHub cannot reach. What is sent while nobody listens
 * is lost to the channel, and GitHub does not record it as failed: reconcile finds such jobs by sweeping.
 */
export async function receiveFromSmee(receive: ReceiveWebhook, channel: Channel): Promise<void> {
  const { url, log, signal } = channel;
  while (!signal.aborted) {
    try {
      const response = await fetch(url, { headers: { accept: "text/event-stream" }, signal });
      if (!response.ok || response.body === null) throw new Error(`answered ${response.status}`);
      log.info("channel opened", { url });
      for await (const message of readEvents(response.body)) {
        await relay(message, receive).catch((error: unknown) => {
          log.warn("webhook not taken", { error });
        });
      }
    } catch (error) {
      if (!signal.aborted) log.warn("channel lost", { error });
    }
    await sleep(listenAgainAfter, undefined, { signal }).catch(() => {});
  }
}

// An event ends with an empty line; of its lines only those with data matter.
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    const events = `${text}${part}`.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const lines = event.split("\n").filter((line) => line.startsWith("data:"));
      yield lines.map((line) => line.slice("data:".length).trim()).join("\n");
    }
  }
}

// A channel hands on the delivery's headers as fields beside `body`, which it has parsed. GitHub signs
// JSON as JavaScript writes it, so that written again it is what was signed.
async function relay(message: string, receive: ReceiveWebhook): Promise<void> {
  const { body, ...fields } = readObject(readJson(message || "{}"), "event");
  if (body === undefined) return;
  const headers = Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
  await receive({
    rawPath: "/webhook",
    headers,
    requestContext: { http: { method: "POST" } },
    body: JSON.stringify(body),
  });
}

// What JSON.parse throws quotes the text, which has no business in a log.
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
