import { createHash, createHmac } from "node:crypto";

/** A request to AWS; every header is signed, `host` among them. */
export type UnsignedRequest = {
  readonly path: string;
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Whose signature it is, and what for. */
export type Signer = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
};

/** The `authorization` of a POST with `x-amz-date` (AWS Signature Version 4), written by hand. */
export function signRequest(request: UnsignedRequest, signer: Signer): string {
  const time = request.headers["x-amz-date"] ?? "";
  const date = time.slice(0, 8);
  const names = Object.keys(request.headers).toSorted();
  const lines = names.map((name) => `${name}:${request.headers[name]?.trim()}\n`).join("");
  const signed = names.join(";");
  const canonical = ["POST", request.path, "", lines, signed, sha256(request.body)].join("\n");
  const scope = `${date}/${signer.region}/${signer.service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const signature = hmac(deriveKey(signer, date), text).toString("hex");
  return `AWS4-HMAC-SHA256 Credential=${signer.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}

// The same for a day; the SDK keeps it too.
const keys = new Map<string, Buffer>();

function deriveKey({ secretAccessKey, region, service }: Signer, date: string): Buffer {
  const id = `${date}/${region}/${service}/${secretAccessKey}`;
  const known = keys.get(id);
  if (known !== undefined) return known;
  const parts = [date, region, service, "aws4_request"];
  let key: Buffer = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of parts) key = hmac(key, part);
  keys.set(id, key);
  return key;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
