import { isUtf8 } from "node:buffer";

import { DeliveryError } from "../core/errors.ts";

/** What receive-webhook needs of an HTTP API event of Amazon API Gateway (payload format 2.0). */
export type WebhookEvent = {
  readonly rawPath: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly requestContext: {
    readonly stage?: string;
    readonly http: { readonly method: string };
  };
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean;
};

/** Whether the request is for our one path, also where API Gateway leaves the stage in front of it. */
export function isWebhookPath({ rawPath, requestContext }: WebhookEvent): boolean {
  const { stage = "$default" } = requestContext;
  return rawPath === "/webhook" || rawPath === `/${stage}/webhook`;
}

/** A header by its name in lower case; "" where it is absent. */
export function readHeader({ headers = {} }: WebhookEvent, name: string): string {
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
  return entry?.[1] ?? "";
}

/** Bytes of the largest body that is looked at; real deliveries of jobs have about 10,000. */
const largestBody = 1_048_576;

/**
 * The body exactly as GitHub signed it.
 * @throws {DeliveryError} when it is larger than any delivery we wait for, before it is decoded
 */
export function readBytes({ body = "", isBase64Encoded = false }: WebhookEvent): Buffer {
  const encoding = isBase64Encoded ? "base64" : "utf8";
  if (Buffer.byteLength(body, encoding) > largestBody) {
    throw new DeliveryError("DeliveryTooLarge", `body should have at most ${largestBody} bytes`);
  }
  return Buffer.from(body, encoding);
}

/**
 * The JSON in a body of either content type that GitHub offers for a hook. The body itself tells which it
 * is: the header is not signed, and JSON of somebody else's may have a form in one of its texts.
 * @throws {DeliveryError} when there is none; without the parser's message, which quotes the body
 */
export function readPayload(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new DeliveryError("DeliveryMalformed", "body should be UTF-8");
  const body = bytes.toString();
  const isForm = body.startsWith("payload=");
  const text = isForm ? (new URLSearchParams(body).get("payload") ?? "") : body;
  try {
    return JSON.parse(text);
  } catch {
    const place = isForm ? "form field 'payload'" : "body";
    throw new DeliveryError("DeliveryMalformed", `${place} should be JSON`);
  }
}
