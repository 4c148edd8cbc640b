import { Readable } from "node:stream";
import { finished } from "node:stream/promises";

import { NodeHttpHandler } from "@smithy/node-http-handler";

type Handle = NodeHttpHandler["handle"];

/**
 * Carries requests to AWS; gives up `timeout` milliseconds after it began, however much of the answer
 * came by then. The timeouts of `NodeHttpHandler` end with the headers: behind them a body may stall.
 */
export class AwsRequestHandler extends NodeHttpHandler {
  readonly #timeout: number;

  constructor(timeout: number) {
    super({ connectionTimeout: 1_500, requestTimeout: timeout, throwOnRequestTimeout: true });
    this.#timeout = timeout;
  }

  override async handle(...request: Parameters<Handle>): ReturnType<Handle> {
    const until = performance.now() + this.#timeout;
    const { response } = await super.handle(...request);
    const body: unknown = response.body;
    if (body instanceof Readable) response.body = await readBody(body, until);
    return { response };
  }
}

async function readBody(body: Readable, until: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  const timer = setTimeout(() => {
    body.destroy(createTimeout());
  }, until - performance.now());
  body.on("data", (chunk: Buffer) => chunks.push(chunk));
  try {
    await finished(body);
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}

// By its name the SDK knows it as one of those that it sends a request again for.
function createTimeout(): Error {
  return Object.assign(new Error("AWS did not answer in full in time"), { name: "TimeoutError" });
}
