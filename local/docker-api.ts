import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

import { readObject } from "../functions/core/read-json.ts";

/** Where an engine listens. */
export type DockerAddress =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number };

/** What an engine answered; `body` is undefined where there is none. */
export type DockerAnswer = { readonly status: number; readonly body: unknown };

/** What belongs to a request; a `query` value that is no text travels as JSON, as filters do. */
export type DockerRequest = {
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** Milliseconds. @default 60_000 */
  readonly timeout?: number;
};

/**
 * The few requests of the Docker API that start, find and stop containers; podman answers them too. A
 * client library would bring gRPC, protobuf and SSH along, 71 packages for what is one `request` here.
 */
export type DockerApi = {
  /** Rejects when there is no answer; whatever the engine refuses is an answer. */
  readonly call: (
    method: "DELETE" | "GET" | "POST",
    path: string,
    options?: DockerRequest,
  ) => Promise<DockerAnswer>;
  /** The bytes of an answer that goes on until `signal` ends it, like that of `/events`. */
  readonly follow: (
    path: string,
    query: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) => AsyncGenerator<Buffer>;
};

/** Talks to the engine at an address; connects with the first request. */
export function createDockerApi(address: DockerAddress): DockerApi {
  return {
    call: async (method, path, { query = {}, body, timeout = 60_000 } = {}) => {
      const signal = AbortSignal.timeout(timeout);
      const target = { ...address, method, path: toPath(path, query), signal };
      return readAnswer(await send(target, body));
    },
    follow: async function* follow(path, query, signal) {
      const target = { ...address, method: "GET", path: toPath(path, query), signal };
      const response = await send(target);
      if (response.statusCode !== 200) {
        throw new Error(`${path} was answered ${describeAnswer(await readAnswer(response))}`);
      }
      for await (const chunk of response) {
        if (chunk instanceof Buffer) yield chunk;
      }
    },
  };
}

/** What an engine says is wrong, with its status. */
export function describeAnswer({ status, body }: DockerAnswer): string {
  const message = isMessage(body) ? body.message : "";
  return `${status} ${message}`.trim();
}

type Target = DockerAddress & {
  readonly method: string;
  readonly path: string;
  readonly signal: AbortSignal;
};

async function send(target: Target, body?: unknown): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const sent = request({ host: "docker", ...target, headers }, resolve);
    sent.once("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function readAnswer(response: IncomingMessage): Promise<DockerAnswer> {
  const body = await text(response);
  return { status: response.statusCode ?? 0, body: readBody(body) };
}

// The engine's errors are JSON; what a proxy in front of it says is not.
function readBody(body: string): unknown {
  if (body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return { message: body.trim() };
  }
}

function toPath(path: string, query: NonNullable<DockerRequest["query"]>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    parameters.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}

function isMessage(body: unknown): body is { readonly message: string } {
  if (typeof body !== "object" || body === null) return false;
  return typeof readObject(body, "body")["message"] === "string";
}
