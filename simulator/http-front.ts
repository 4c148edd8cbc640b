import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { messageOf } from "../functions/core/errors.ts";
import type { WireRequest, WireService } from "./wire.ts";

/** The simulated services one HTTP server stands in front of. */
export type HttpFrontOptions = {
  readonly aws: WireService;
  readonly gitHub: WireService;
  /** 0 takes a free one. */
  readonly port: number;
};

/** A running HTTP server; `close` also ends its open connections. */
export type HttpFront = { readonly port: number; readonly close: () => Promise<void> };

const gitHubPrefix = "/github";

/**
 * Serves the simulated services on 127.0.0.1: `/github/*` is GitHub, the rest AWS.
 * @throws {Error} with the `code` of the operating system, e.g. EADDRINUSE
 */
export async function serve(options: HttpFrontOptions): Promise<HttpFront> {
  const server = createServer((request, response) => {
    void answer(options, request, response);
  });
  await listen(server, options.port);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    close: async () => closeServer(server),
  };
}

async function answer(
  options: HttpFrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const wireRequest = await toWireRequest(request);
    const { service, path } = route(options, wireRequest.path);
    const answered = await service({ ...wireRequest, path });
    response.writeHead(answered.status, answered.headers).end(answered.body);
  } catch (error) {
    const reason = messageOf(error);
    // A service that threw is a bug of the simulator; the caller sees it instead of a hang.
    if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
    response.end(`the simulator failed: ${reason}`);
  }
}

async function toWireRequest(request: IncomingMessage): Promise<WireRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) {
    if (chunk instanceof Uint8Array) chunks.push(chunk);
  }
  return {
    method: request.method ?? "GET",
    path: request.url ?? "/",
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(", ")]),
    ),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

function route(
  options: HttpFrontOptions,
  path: string,
): { readonly service: WireService; readonly path: string } {
  const [pathname = "/"] = path.split("?");
  if (pathname === gitHubPrefix || pathname.startsWith(`${gitHubPrefix}/`)) {
    const rest = path.slice(gitHubPrefix.length);
    return { service: options.gitHub, path: rest.startsWith("/") ? rest : `/${rest}` };
  }
  return { service: options.aws, path };
}

async function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1" }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error) reject(error);
      else resolve();
    });
    server.closeAllConnections();
  });
}
