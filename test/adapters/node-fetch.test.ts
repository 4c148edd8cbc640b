import http from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, describe, expect, it } from "vitest";

import { messageOf } from "../../functions/core/errors.ts";
import { createGitHubRequest } from "../../functions/adapters/github-request.ts";
import { createNodeFetch } from "../../functions/adapters/node-fetch.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

const servers: http.Server[] = [];

async function listen(answer: http.RequestListener): Promise<{ url: string; server: http.Server }> {
  const server = http.createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return { url: `http://127.0.0.1:${portOf(server.address())}`, server };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return address.port;
}

/** A server that answers one request on each connection, and closes it on the second. */
async function listenOnce(statuses: readonly number[] = []) {
  const received: string[] = [];
  const used = new WeakSet<object>();
  const { url } = await listen((request, response) => {
    received.push(`${request.method} ${request.url}`);
    if (used.has(request.socket)) request.socket.destroy();
    else response.writeHead(statuses[received.length - 1] ?? 200).end("ok");
    used.add(request.socket);
  });
  return { url, received };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe("createNodeFetch", () => {
  it("sends method, headers and body, and reads the answer", async () => {
    const { url } = await listen((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { method, headers } = request;
        response.writeHead(201, { "X-Rate": "7", "content-type": "application/json" });
        response.end(
          JSON.stringify({
            method,
            path: request.url,
            body,
            a: headers["x-a"],
            length: headers["content-length"],
          }),
        );
      });
    });
    const fetch = createNodeFetch(1_000);
    const options = { method: "POST", headers: { "x-a": "1" }, body: "prüfen" };
    const response = await fetch(`${url}/orgs?x=1`, options);
    expect(response).toMatchObject({ status: 201, url: `${url}/orgs?x=1` });
    expect(response.headers.get("x-rate")).toBe("7");
    expect(JSON.parse(await response.text())).toEqual({
      method: "POST",
      path: "/orgs?x=1",
      body: "prüfen",
      a: "1",
      length: "7",
    });
  });

  it("gets without a body, and takes an answer without one", async () => {
    const { url } = await listen((request, response) => {
      response.writeHead(request.method === "GET" ? 204 : 500).end();
    });
    const response = await createNodeFetch(1_000)(url, {});
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
  });

  it.each(["application/problem+json", "application/octet-stream"])(
    "lets Octokit see status and headers of an answer of type %s",
    async (type) => {
      const { url } = await listen((_request, response) => {
        response.writeHead(429, { "content-type": type, "retry-after": "30" }).end("{}");
      });
      const surroundings = createTestSurroundings(async () => Promise.reject(new Error("unused")));
      const fetch = createNodeFetch(1_000);
      const request = createGitHubRequest({ ...surroundings, fetch }, url);
      await expect(request("GET /meta")).rejects.toMatchObject({
        status: 429,
        response: { headers: { "retry-after": "30" } },
      });
    },
  );

  it("keeps its connection", async () => {
    let connections = 0;
    const { url, server } = await listen((_request, response) => {
      response.end("ok");
    });
    server.on("connection", () => (connections += 1));
    const fetch = createNodeFetch(1_000);
    await fetch(url, {});
    await fetch(url, {});
    expect(connections).toBe(1);
  });

  it("gives up when nothing comes", async () => {
    const { url } = await listen(() => {});
    await expect(createNodeFetch(30)(url, {})).rejects.toThrow("no whole answer within 30 ms");
  });

  it("gives up on an answer that comes drop by drop", async () => {
    const { url } = await listen((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(drip));
    });
    await expect(createNodeFetch(80)(url, {})).rejects.toThrow("no whole answer within 80 ms");
  });

  it.each([
    ["GET", "/orgs"],
    ["DELETE", "/runners/7"],
    ["POST", "/app/installations/1/access_tokens"],
    ["POST", "/orgs/acme/actions/runners/generate-jitconfig"],
  ])("makes a %s of %s again that a kept connection swallowed", async (method, path) => {
    const { url, received } = await listenOnce();
    const fetch = createNodeFetch(1_000);
    await fetch(url, {});
    const response = await fetch(`${url}${path}`, { method });
    expect(await response.text()).toBe("ok");
    expect(received).toEqual(["GET /", `${method} ${path}`, `${method} ${path}`]);
  });

  it.each([
    [403, "socket hang up"],
    [500, "socket hang up"],
    [201, 201],
    [409, 409],
  ])("believes a repeated registration that is answered with %i: %s", async (answer, told) => {
    const { url } = await listenOnce([200, 200, answer]);
    const fetch = createNodeFetch(1_000);
    await fetch(url, {});
    const again = fetch(`${url}/generate-jitconfig`, { method: "POST" });
    const status = await again.then(
      (response) => response.status,
      (error: unknown) => messageOf(error),
    );
    expect(status).toBe(told);
  });

  it("makes nothing again that could have its effect twice", async () => {
    const { url, received } = await listenOnce();
    const fetch = createNodeFetch(1_000);
    await fetch(url, {});
    const rerun = fetch(`${url}/rerun-failed-jobs`, { method: "POST" });
    await expect(rerun).rejects.toThrow("socket hang up");
    expect(received).toEqual(["GET /", "POST /rerun-failed-jobs"]);
  });

  it("makes nothing again that a new connection swallowed", async () => {
    const received: unknown[] = [];
    const { url } = await listen((request) => {
      received.push(request.url);
      request.socket.destroy();
    });
    await expect(createNodeFetch(1_000)(url, {})).rejects.toThrow("socket hang up");
    expect(received).toEqual(["/"]);
  });

  it("rejects when the connection breaks amid the answer", async () => {
    const { url } = await listen((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setTimeout(() => response.destroy(), 5);
    });
    await expect(createNodeFetch(1_000)(url, {})).rejects.toThrow("aborted");
  });

  it.each(["http", "https"])("rejects when nobody listens (%s)", async (scheme) => {
    const { url, server } = await listen(() => {});
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const closed = url.replace("http", scheme);
    await expect(createNodeFetch(1_000)(closed, {})).rejects.toThrow("ECONNREFUSED");
  });
});
