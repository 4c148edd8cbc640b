import { describe, expect, it } from "vitest";
import { createInProcessFetch } from "../../simulator/in-process-fetch.ts";
import { jsonResponse, type WireRequest } from "../../simulator/wire.ts";

/** A fetch onto a service that writes down what reaches it. */
function createFetch(pathPrefix?: string) {
  const requests: WireRequest[] = [];
  const options = pathPrefix === undefined ? {} : { pathPrefix };
  const fetch = createInProcessFetch(async (request) => {
    requests.push(request);
    return jsonResponse(201, { done: true });
  }, options);
  return { fetch, requests };
}

describe("createInProcessFetch", () => {
  it("hands the service method, path with query, headers in lower case and body", async () => {
    const { fetch, requests } = createFetch();
    await fetch("http://github.test/app?a=b%20c", {
      method: "post",
      headers: { Accept: "text/plain" },
      body: "{}",
    });
    expect(requests).toEqual([
      {
        method: "POST",
        path: "/app?a=b%20c",
        headers: { host: "github.test", accept: "text/plain" },
        body: "{}",
      },
    ]);
  });

  it("strips the base URL's path and nothing else", async () => {
    const { fetch, requests } = createFetch("/api/v3");
    await fetch(new URL("http://github.test/api/v3/app"));
    await fetch("http://github.test/app");
    expect(requests.map(({ method, path }) => [method, path])).toEqual([
      ["GET", "/app"],
      ["GET", "/app"],
    ]);
  });

  it("answers as far as Octokit reads it", async () => {
    const response = await createFetch().fetch("http://github.test/app");
    expect(response).toMatchObject({ status: 201, url: "http://github.test/app" });
    expect(response.headers.get("Content-Type")).toBe("application/json; charset=utf-8");
    expect(await response.text()).toBe('{"done":true}');
    expect((await response.arrayBuffer()).byteLength).toBe(13);
  });

  it("refuses a body that is no text", async () => {
    const { fetch } = createFetch();
    const request = { method: "POST", body: new Uint8Array(1) };
    await expect(fetch("http://github.test/app", request)).rejects.toThrow("only text");
  });
});
