import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import type { ReceiveWebhook } from "../functions/receive-webhook/receive-webhook.ts";
import { CommandError } from "./command-error.ts";
import { jobsPageHeaders, renderJobsPage } from "./jobs-page/jobs-page.ts";
import type { LedgerItems } from "./read-ledger.ts";

/** A server on 127.0.0.1. */
export type Server = { readonly port: number; readonly close: () => Promise<void> };

/** What is served. */
export type Served = {
  readonly receiveWebhook: ReceiveWebhook;
  readonly readLedger: () => Promise<LedgerItems>;
};

/** Most bytes of a body that are read; the webhook answers 413 long before. */
const mostBytes = 26_214_400;

/**
 * Serves the webhook as API Gateway would and, for this machine alone, `GET /`, the page of all jobs, and
 * `GET /jobs`, the ledger as JSON.
 * @throws {CommandError} when the port cannot be had
 */
export async function listen(port: number, served: Served): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, response, served).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(toCommandError(error, port));
    });
    server.listen({ port, host: "127.0.0.1" }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Why a port cannot be listened on, as a mistake on the command line. */
export function toCommandError(error: NodeJS.ErrnoException, port: number): CommandError {
  const why =
    error.code === "EADDRINUSE" ? "is in use" : `cannot be had (${error.code ?? error.message})`;
  return new CommandError(
    `port ${port} ${why}; choose another one with --port, 0 takes a free one`,
  );
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { receiveWebhook, readLedger }: Served,
): Promise<void> {
  const { method = "GET", url = "/" } = request;
  const [path = "/"] = url.split("?");
  if (method === "GET" && path === "/" && isFromHere(request)) {
    response.writeHead(200, jobsPageHeaders);
    response.end(renderJobsPage(await readLedger(), Date.now()));
    return;
  }
  if (method === "GET" && path === "/jobs" && isFromHere(request)) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(`${JSON.stringify(await readLedger(), undefined, 2)}\n`);
    return;
  }
  const { statusCode, headers, body } = await receiveWebhook({
    rawPath: path,
    headers: readHeaders(request),
    requestContext: { stage: "$default", http: { method } },
    body: (await readBytes(request)).toString("base64"),
    isBase64Encoded: true,
  });
  response.writeHead(statusCode, headers).end(`${body}\n`);
}

// A proxy that lets GitHub in shall not show the world whose jobs run here.
function isFromHere({ headers }: IncomingMessage): boolean {
  const { host = "", forwarded, "x-forwarded-for": forwardedFor } = headers;
  const isAskedHere = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/u.test(host);
  return isAskedHere && forwarded === undefined && forwardedFor === undefined;
}

function readHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = [value ?? ""].flat().join(",");
  }
  return headers;
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    length += chunk.length;
    if (length <= mostBytes) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
