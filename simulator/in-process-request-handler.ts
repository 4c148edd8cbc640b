import type { WireRequest, WireResponse, WireService } from "./wire.ts";

/** The part of Smithy's HttpRequest that awsJson clients fill in. */
type SmithyRequest = {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** Smithy's HttpResponse, whose clients recognise it by these members and not by its class. */
type SmithyResponse = {
  readonly statusCode: number;
  readonly reason?: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
};

type HandlerOptions = { readonly abortSignal?: unknown };

/** What an SDK client takes as `requestHandler`. */
export type InProcessRequestHandler = {
  readonly metadata: { readonly handlerProtocol: string };
  readonly handle: (
    request: SmithyRequest,
    options?: HandlerOptions,
  ) => Promise<{ response: SmithyResponse }>;
  readonly updateHttpClientConfig: () => void;
  readonly httpHandlerConfigs: () => Record<string, never>;
  readonly destroy: () => void;
};

/** Lets the real SDK clients call a simulated service in process, without sockets. */
export function createInProcessRequestHandler(handle: WireService): InProcessRequestHandler {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async (request, options) => {
      rejectAborted(options?.abortSignal);
      return { response: toSmithyResponse(await handle(toWireRequest(request))) };
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    destroy: () => {},
  };
}

function rejectAborted(signal: unknown): void {
  if (typeof signal !== "object" || signal === null || !("aborted" in signal)) return;
  if (signal.aborted !== true) return;
  const error = new Error("Request aborted");
  error.name = "AbortError";
  throw error;
}

function toWireRequest(request: SmithyRequest): WireRequest {
  return {
    method: request.method,
    path: `${request.path}${queryText(request.query)}`,
    headers: lowerCaseNames(request.headers),
    body: readBody(request.body),
  };
}

function lowerCaseNames(headers: SmithyRequest["headers"]): WireRequest["headers"] {
  const lower: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) lower[name.toLowerCase()] = value;
  return lower;
}

function queryText(query: SmithyRequest["query"]): string {
  if (query === undefined) return "";
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of typeof value === "string" ? [value] : (value ?? [])) {
      parameters.append(name, one);
    }
  }
  return parameters.size === 0 ? "" : `?${parameters.toString()}`;
}

function readBody(body: unknown): string {
  if (body === undefined || body === null) return "";
  if (typeof body === "string") return body;
  // By its bytes: `Buffer.from(body)` asks for the text first, against which the SDK warns.
  if (body instanceof Uint8Array) {
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  }
  throw new TypeError(`request body should be text or bytes, got ${typeof body}`);
}

function toSmithyResponse(response: WireResponse): SmithyResponse {
  return {
    statusCode: response.status,
    headers: { ...response.headers },
    // Bytes, not a stream: the client then reads them without waiting for the event loop.
    body: Buffer.from(response.body, "utf8"),
  };
}
