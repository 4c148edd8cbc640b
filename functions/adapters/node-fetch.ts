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
  /** Asked for where the content type names neither JSON nor text, as proxies and GHES may send. */
  readonly arrayBuffer: () => Promise<ArrayBuffer>;
};

/**
 * A `fetch` for Octokit on `node:https`: the global one loads undici, 55 ms of CPU at every cold start.
 * Keeps connections alive; gives up `timeout` milliseconds after it began, however much came by then.
 *
 * While a Lambda function is frozen GitHub closes the connections it kept. A request that such a one
 * swallowed is made again at once, on a new connection, where no harm is done should it have arrived.
 */
export function createNodeFetch(timeout: number): Fetch {
  const secure: Transport = {
    request: https.request,
    agent: new https.Agent({ keepAlive: true }),
  };
  let plain: Promise<Transport> | undefined;
  return async (url, options) => {
    const isPlain = url.startsWith("http://");
    const transport = isPlain ? await (plain ??= createPlainTransport()) : secure;
    return sendOnce(transport, { url, ...options }, timeout);
  };
}

type Transport = {
  readonly request: (url: string, options: RequestOptions) => ClientRequest;
  readonly agent: NonNullable<RequestOptions["agent"]>;
};

type Call = FetchOptions & { readonly url: string };

// For a simulated GitHub only, hence not at the start: as a module, `node:http` loads undici too (nodejs/node#59686).
async function createPlainTransport(): Promise<Transport> {
  const http = await import("node:http");
  return { request: http.request, agent: new http.Agent({ keepAlive: true }) };
}

async function sendOnce(
  { request, agent }: Transport,
  call: Call,
  timeout: number,
): Promise<FetchResponse> {
  const { url, method = "GET", headers = {}, body } = call;
  const options = { method, headers: withLength(headers, body) };
  const began = performance.now();
  const first = request(url, { ...options, agent });
  let isAnswered = false;
  first.once("response", () => {
    isAnswered = true;
  });
  try {
    return await exchange(first, call, timeout);
  } catch (error) {
    const isStale = first.reusedSocket && !isAnswered && isReset(error);
    if (!isStale || !isRepeatable(method, url)) throw error;
    // Whatever else was kept is as old.
    const again = request(url, { ...options, agent: false });
    const answer = await exchange(again, call, timeout - (performance.now() - began));
    // Of a runner that may have been registered the first time, a refusal of the second tells nothing.
    const isTelling = answer.status < 400 || answer.status === 409;
    if (url.endsWith("/generate-jitconfig") && !isTelling) throw error;
    return answer;
  }
}

async function exchange(
  sent: ClientRequest,
  { url, body }: Call,
  milliseconds: number,
): Promise<FetchResponse> {
  let timer: NodeJS.Timeout | undefined;
  const answer = new Promise<FetchResponse>((resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no whole answer within ${Math.round(milliseconds)} ms`));
      sent.destroy();
    }, milliseconds);
    sent.on("response", (response) => {
      readResponse(url, response).then(resolve, reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
  return answer.finally(() => clearTimeout(timer));
}

function isReset(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ECONNRESET" || error.code === "EPIPE";
}

// A token more does no harm; and GitHub refuses a second runner of the same name, which is settled like
// an answer that was lost. Any other POST could have its effect twice.
function isRepeatable(method: string, url: string): boolean {
  if (method !== "POST") return method !== "PATCH";
  return /\/(?:access_tokens|generate-jitconfig)$/u.test(url);
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
  const body = Buffer.concat(chunks);
  return {
    status: response.statusCode ?? 0,
    url,
    headers,
    text: async () => body.toString(),
    arrayBuffer: async () => new Uint8Array(body).buffer,
  };
}
