import { DeliveryError } from "../core/errors.ts";

/** What API Gateway makes the HTTP response from. */
export type WebhookAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** An answer of a status and a message for the person who looks at GitHub's list of deliveries. */
export function toAnswer(
  statusCode: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): WebhookAnswer {
  return {
    statusCode,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ message }),
  };
}

const clientErrors = {
  SignatureMissing: 401,
  SignatureWrong: 401,
  DeliveryMalformed: 400,
  DeliveryTooLarge: 413,
} as const satisfies Record<DeliveryError["code"], number>;

/**
 * The answer to a delivery that failed. Every failure of ours is a 503: GitHub then shows the
 * delivery as failed, and it can be requested again.
 */
export function toFailureAnswer(error: unknown): WebhookAnswer {
  if (!(error instanceof DeliveryError)) {
    return toAnswer(503, "delivery could not be taken; redeliver it later");
  }
  const status = clientErrors[error.code];
  // One text for all: what exactly is wrong with a signature would help to forge one.
  return toAnswer(status, status === 401 ? "signature is missing or wrong" : error.message);
}
