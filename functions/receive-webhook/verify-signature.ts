import { isUtf8 } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

import { Webhooks } from "@octokit/webhooks";

/** Tells whether bytes were signed with one secret. */
export type Verifier = (body: Buffer, signature: string) => Promise<boolean>;

/** The verifier of one secret; made once, because one `Webhooks` knows one secret (`verify` ignores `additionalSecrets`). */
export function createVerifier(secret: string): Verifier {
  const webhooks = new Webhooks({ secret });
  return async (body, signature) =>
    body.length > 0 && isUtf8(body)
      ? webhooks.verify(body.toString(), signature)
      : isSignatureOfBytes(secret, body, signature);
}

/** Tells whether bytes were signed with any of the secrets in service. */
export async function verifySignature(
  verifiers: readonly Verifier[],
  body: Buffer,
  signature: string,
): Promise<boolean> {
  for (const verify of verifiers) {
    if (await verify(body, signature)) return true;
  }
  return false;
}

// The library takes text only and throws on an empty one. Such a body is never a delivery, but whether
// its sender knows the secret decides between 401 and an answer that says what is wrong with it.
function isSignatureOfBytes(secret: string, body: Buffer, signature: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac("sha256", secret).update(body).digest("hex")}`);
  const actual = Buffer.from(signature);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
