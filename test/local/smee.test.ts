import { createServer, type ServerResponse } from "node:http";

import { afterEach, describe, expect, it, vi } from "vitest";

import { createJsonLog } from "../../functions/adapters/json-log.ts";
import type { WebhookEvent } from "../../functions/receive-webhook/request.ts";
import { receiveFromSmee } from "../../local/smee.ts";

const toEnd: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of toEnd.splice(0)) await end();
});

async function serveChannel() {
  const listeners: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    listeners.push(response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  toEnd.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return { url: `http://127.0.0.1:${port}/abc`, listeners };
}

async function receive() {
  const channel = await serveChannel();
  const events: WebhookEvent[] = [];
  const lines: string[] = [];
  const over = new AbortController();
  const receiving = receiveFromSmee(
    async (event) => {
      events.push(event);
      return { statusCode: 202, headers: {}, body: "" };
    },
    { url: channel.url, log: createJsonLog((line) => lines.push(line)), signal: over.signal },
  );
  toEnd.unshift(async () => {
    over.abort();
    await receiving;
  });
  await vi.waitFor(() => {
    expect(channel.listeners).toHaveLength(1);
  });
  return { ...channel, events, lines };
}

const delivery = JSON.stringify({
  "x-github-event": "workflow_job",
  "x-hub-signature-256": "sha256=abc",
  "content-type": "application/json",
  body: { action: "queued", name: "übung" },
  query: {},
  timestamp: 1,
});

describe("receiveFromSmee", () => {
  it("hands on a delivery as GitHub sent it, whatever the pieces it comes in", async () => {
    const { listeners, events } = await receive();
    const [listener] = listeners;
    listener?.write(`event: ready\ndata: {}\n\nid: 1\ndata: ${delivery.slice(0, 40)}`);
    listener?.write(`${delivery.slice(40)}\n\nevent: ping\ndata: {}\n\n`);

    await vi.waitFor(() => {
      expect(events).toEqual([
        {
          rawPath: "/webhook",
          headers: {
            "x-github-event": "workflow_job",
            "x-hub-signature-256": "sha256=abc",
            "content-type": "application/json",
          },
          requestContext: { http: { method: "POST" } },
          body: '{"action":"queued","name":"übung"}',
        },
      ]);
    });
  });

  it("goes on after an event that it cannot read, without a word of it in the log", async () => {
    const { listeners, events, lines } = await receive();
    listeners[0]?.write(`data: confidential\n\ndata: ${delivery}\n\n`);

    await vi.waitFor(() => {
      expect(events).toHaveLength(1);
    });
    expect(lines.join("")).toContain("webhook not taken");
    expect(lines.join("")).not.toContain("confidential");
    expect(lines.join("")).not.toContain("channel lost");
  });

  it("listens again when the channel was lost", async () => {
    const { listeners, events, lines } = await receive();
    listeners[0]?.destroy();
    await vi.waitFor(
      () => {
        expect(listeners).toHaveLength(2);
      },
      { timeout: 10_000 },
    );
    listeners[1]?.write(`data: ${delivery}\n\n`);

    await vi.waitFor(() => {
      expect(events).toHaveLength(1);
    });
    expect(lines.join("")).toContain("channel lost");
  });
});
