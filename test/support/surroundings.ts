import type { FetchResponse } from "../../functions/adapters/node-fetch.ts";
import { createJsonLog } from "../../functions/adapters/json-log.ts";
import type { Environment, Surroundings } from "../../functions/adapters/surroundings.ts";
import type { WireRequest, WireResponse } from "../../simulator/wire.ts";

/** Surroundings without sockets, with a clock to set and a log to read. */
export type TestSurroundings = Surroundings & {
  readonly clock: { now: number };
  /** The lines of the log, as written. */
  readonly lines: string[];
  /** Requests the AWS SDK made, as they would be on the wire, with the host. */
  readonly requests: (WireRequest & { readonly host: string })[];
};

/** A request as the AWS SDK hands it to its request handler. */
type SdkRequest = {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

export function createTestSurroundings(
  answer: (request: WireRequest) => Promise<WireResponse>,
  env: Environment = {},
): TestSurroundings {
  const clock = { now: 1_700_000_000_000 };
  const lines: string[] = [];
  const requests: (WireRequest & { readonly host: string })[] = [];
  const handle = async (request: SdkRequest) => {
    const wire = toWire(request);
    requests.push({ ...wire, host: request.hostname });
    const { status, headers, body } = await answer(wire);
    return { response: { statusCode: status, headers, body: Buffer.from(body) } };
  };
  return {
    env: { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key", ...env },
    now: () => clock.now,
    random: () => 0.5,
    requestHandler: { handle, updateHttpClientConfig: () => {}, httpHandlerConfigs: () => ({}) },
    fetch: refuse,
    log: createJsonLog((line) => lines.push(line)),
    clock,
    lines,
    requests,
  };
}

function toWire({ method, path, headers, body = "" }: SdkRequest): WireRequest {
  const entries = Object.entries(headers);
  return {
    method,
    path,
    headers: Object.fromEntries(
      entries.map(([name, value]) => [name.toLowerCase(), value] as const),
    ),
    body: typeof body === "string" ? body : new TextDecoder().decode(body),
  };
}

async function refuse(url: string): Promise<FetchResponse> {
  throw new Error(`nothing may be fetched here, got ${url}`);
}
