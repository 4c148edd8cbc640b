import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";

import { type JsonObject, readObject } from "../../functions/core/read-json.ts";

type Container = {
  readonly id: string;
  readonly name: string;
  readonly request: JsonObject;
  state: Record<string, unknown> & { Status: string };
};

type Answer = { readonly status: number; readonly body?: unknown };

/** An engine on a socket of its own, as far as runners need one; nothing runs in it. */
export type FakeDocker = {
  readonly socketPath: string;
  readonly containers: Map<string, Container>;
  readonly networks: Map<string, JsonObject>;
  /** What was asked for, as `POST /containers/create?name=…`. */
  readonly calls: string[];
  /** Takes the place of an answer, by method and path without the query, `*` for any id. */
  readonly answers: Map<string, Answer>;
  readonly info: Record<string, unknown>;
  /** Puts a container there, as if somebody had started it before. */
  readonly add: (name: string, labels: Readonly<Record<string, string>>, status: string) => void;
  /** Ends a container, and tells those who listen. */
  readonly end: (name: string, state?: Readonly<Record<string, unknown>>) => void;
  /** Ends the connections of those who listen. */
  readonly hangUp: () => void;
  readonly listeners: Set<ServerResponse>;
  readonly close: () => Promise<void>;
};

/** Starts an engine without containers. */
export async function startFakeDocker(): Promise<FakeDocker> {
  const folder = mkdtempSync(join(tmpdir(), "tornade-docker-"));
  const socketPath = join(folder, "docker.sock");
  const server = createServer((request, response) => {
    void answerRequest(docker, request, response);
  });
  const docker = createFake(socketPath, async () => {
    await closeServer(server);
    rmSync(folder, { recursive: true });
  });
  await new Promise<void>((resolve) => {
    server.listen(socketPath, resolve);
  });
  return docker;
}

function createFake(socketPath: string, close: () => Promise<void>): FakeDocker {
  const containers = new Map<string, Container>();
  const listeners = new Set<ServerResponse>();
  return {
    socketPath,
    containers,
    networks: new Map(),
    calls: [],
    answers: new Map(),
    info: { Architecture: "x86_64", NCPU: 4, MemTotal: 8 * 1_073_741_824 },
    add: (name, labels, status) => {
      add(containers, name, { Labels: labels }).state.Status = status;
    },
    end: (name, state = {}) => {
      const container = containers.get(name);
      if (container === undefined) throw new Error(`no container '${name}'`);
      container.state = { ExitCode: 0, ...state, Status: "exited" };
      for (const listener of listeners) listener.write(`${JSON.stringify({ Action: "die" })}\n`);
    },
    hangUp: () => {
      for (const listener of listeners) listener.destroy();
    },
    listeners,
    close,
  };
}

function add(containers: FakeDocker["containers"], name: string, request: JsonObject): Container {
  const id = randomBytes(32).toString("hex");
  const container = { id, name, request, state: { Status: "created" } };
  containers.set(name, container);
  return container;
}

async function answerRequest(
  docker: FakeDocker,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://docker");
  const call = `${request.method ?? ""} ${pathname}`;
  docker.calls.push(`${call}${searchParams.size === 0 ? "" : `?${searchParams.toString()}`}`);
  if (call === "GET /events" && !docker.answers.has(call)) {
    response.writeHead(200).flushHeaders();
    docker.listeners.add(response);
    response.once("close", () => docker.listeners.delete(response));
    return;
  }
  const body = request.headers["content-type"] === undefined ? {} : await json(request);
  const given = { docker, name: searchParams.get("name") ?? "", body: readObject(body, "body") };
  const answer = docker.answers.get(call.replace(/[0-9a-f]{64}/u, "*")) ?? route(call, given);
  response.writeHead(answer.status, { "content-type": "application/json" });
  response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
}

type Given = { readonly docker: FakeDocker; readonly name: string; readonly body: JsonObject };

function route(call: string, { docker, name, body }: Given): Answer {
  const { containers, networks, info } = docker;
  if (call === "GET /info") return { status: 200, body: info };
  if (call === "GET /images/tornade-runner/json") return { status: 200, body: {} };
  if (call === "GET /networks") {
    return { status: 200, body: [...networks.values()].filter((one) => isOwn(one, docker)) };
  }
  if (call === "GET /containers/json") return { status: 200, body: listContainers(docker) };
  if (call === "POST /networks/create") {
    if (networks.has(String(body["Name"]))) return refuse(409, "network already exists");
    networks.set(String(body["Name"]), body);
    return { status: 201, body: { Id: "n" } };
  }
  if (call === "POST /containers/create") {
    if (containers.has(name)) return refuse(409, "the container name is already in use");
    return { status: 201, body: { Id: add(containers, name, body).id } };
  }
  return routeOne(call, docker);
}

function routeOne(call: string, { containers, networks }: FakeDocker): Answer {
  const [method = "", kind = "", which = "", verb = ""] = call.split(/ ?\//u);
  const container =
    containers.get(which) ?? [...containers.values()].find(({ id }) => id === which);
  if (kind === "networks") {
    return networks.delete(which) ? { status: 204 } : refuse(404, "no such network");
  }
  if (container === undefined) return refuse(404, `no such container: ${which}`);
  if (method === "DELETE") containers.delete(container.name);
  if (verb === "start") container.state.Status = "running";
  if (verb === "stop") container.state.Status = "exited";
  return verb === "json"
    ? { status: 200, body: { Id: container.id, State: container.state } }
    : { status: 204 };
}

/** When each container was created, in seconds since the epoch. */
export const containerCreated = 1_700_000_000;

function listContainers(docker: FakeDocker): readonly JsonObject[] {
  return [...docker.containers.values()]
    .filter(({ request }) => isOwn(request, docker))
    .map(({ id, name, request, state }) => ({
      Id: id,
      Names: [`/${name}`],
      Labels: request["Labels"],
      State: state.Status,
      Created: containerCreated,
    }));
}

// The label filter of the newest request: without one everything is listed, as an engine would.
function isOwn({ Labels: labels }: JsonObject, { calls }: FakeDocker): boolean {
  const query = new URLSearchParams(calls.at(-1)?.split("?")[1]);
  const filters = readObject(JSON.parse(query.get("filters") ?? "{}"), "filters");
  const [wanted = ""] = [filters["label"]].flat().map(String);
  const [label = "", value] = wanted.split("=");
  return readObject(labels ?? {}, "Labels")[label] === value;
}

function refuse(status: number, message: string): Answer {
  return { status, body: { message } };
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
}
