import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import { setTimeout } from "node:timers/promises";

import { createAnswers } from "./answers.ts";
import type { Certificate } from "./certificate.ts";

/** How often each call was made, by the name of its operation; and how many connections. */
export type StubCounts = {
  readonly calls: Readonly<Record<string, number>>;
  readonly connections: number;
};

/** AWS and GitHub on one port of this machine. */
export type Stub = {
  readonly url: string;
  /** What was counted since the last call of this; from now on every answer waits so long, in milliseconds. */
  readonly restart: (delay: number) => StubCounts;
  readonly close: () => void;
};

/** What the stub is made of; parameters are those of SSM, by name. */
export type StubOptions = Certificate & { readonly parameters: Readonly<Record<string, string>> };

/** Serves the stub over TLS, as the real services are; connections stay open for as long as they like. */
export async function serveStub({ parameters, key, certificate }: StubOptions): Promise<Stub> {
  const answer = createAnswers(parameters);
  let delay = 0;
  let connections = 0;
  let calls = new Map<string, number>();

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.headers["x-amz-target"]?.toString();
    const body = await readBody(request);
    const { kind, status, body: answered } = answer({ path: request.url ?? "", target, body });
    calls.set(kind, (calls.get(kind) ?? 0) + 1);
    if (delay > 0) await setTimeout(delay);
    const type = target === undefined ? "application/json" : "application/x-amz-json-1.1";
    response.writeHead(status, {
      "content-type": type,
      "content-length": Buffer.byteLength(answered),
    });
    response.end(answered);
  };
  const server = https.createServer({ key, cert: certificate, keepAliveTimeout: 120_000 });
  server.on("request", (request, response) => {
    respond(request, response).catch((error: unknown) =>
      response.destroy(new Error(String(error))),
    );
  });
  server.on("secureConnection", () => (connections += 1));
  return {
    url: `https://127.0.0.1:${await listen(server)}`,
    restart: (newDelay) => {
      const counts = { calls: Object.fromEntries(calls), connections };
      delay = newDelay;
      connections = 0;
      calls = new Map();
      return counts;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listen(server: https.Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return address === null || typeof address === "string" ? 0 : address.port;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve, reject) => {
    request.on("end", resolve);
    request.on("error", reject);
  });
  return Buffer.concat(chunks).toString();
}
