import type { ClientRequest, IncomingMessage } from "node:http";
import https, { type RequestOptions } from "node:https";

/** What Octokit needs of `fetch`. */
export type Fetch = (url: string, options: FetchOptions) => Promise<FetchResponse>;

/** The part of a request that Octokit sets. */
export type FetchOptions = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** Header names in lower case, and their values. */
export type FetchHeaders = Iterable<readonly [string, string]> & {
  readonly get: (name: string) => string | null | undefined;
};

/** The part of a response that Octokit reads. */
export type FetchResponse = {
  readonly status: number;
  readonly url: string;
  readonly headers: FetchHeaders;
  readonly text: () => Promise<string>;
};

/**
 * A `fetch` for Octokit on `node:https`: the global one loads undici, 55 ms of CPU at every cold start.
 * Keeps connections alive; gives up `timeout` milliseconds after the last byte in either direction.
 */
export function createNodeFetch(timeout: number): Fetch {
  const secure: Transport = {
    request: https.request,
    agent: new https.Agent({ keepAlive: true }),
  };
  let plain: Promise<Transport> | undefined;
  return async (url, { method = "GET", headers = {}, body }) => {
    const isPlain = url.startsWith("http://");
    const { request, agent } = isPlain ? await (plain ??= createPlainTransport()) : secure;
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, headers: withLength(headers, body), agent, timeout });
      sent.on("response", (response) => {
        readResponse(url, response).then(resolve, reject);
      });
      sent.on("timeout", () => {
        sent.destroy(new Error(`no answer within ${timeout} ms`));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  };
}

type Transport = {
  readonly request: (url: string, options: RequestOptions) => ClientRequest;
  readonly agent: NonNullable<RequestOptions["agent"]>;
};

// For local mode only, hence not at the start: as a module, `node:http` loads undici too (nodejs/node#59686).
async function createPlainTransport(): Promise<Transport> {
  const http = await import("node:http");
  return { request: http.request, agent: new http.Agent({ keepAlive: true }) };
}

function withLength(
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Record<string, string> {
  if (body === undefined) return { ...headers };
  return { ...headers, "content-length": String(Buffer.byteLength(body)) };
}

async function readResponse(url: string, response: IncomingMessage): Promise<FetchResponse> {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve, reject) => {
    response.on("end", resolve);
    response.on("error", reject);
  });
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, url, headers, text: async () => text };
}
