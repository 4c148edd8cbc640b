import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** What an HTTPS server and its clients need, both PEM. */
export type Certificate = { readonly key: string; readonly certificate: string };

/** A self-signed certificate for 127.0.0.1, valid from yesterday on for a week; Node has no function for it. */
export function createCertificate(now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const content = encodeContent(publicKey, now);
  const bits = Buffer.concat([Buffer.of(0), sign("sha256", content, privateKey)]);
  const der = encode(tags.sequence, content, ecdsaWithSha256, encode(tags.bitString, bits));
  const lines = der.toString("base64").replaceAll(/.{64}/gu, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** Tags of DER (ITU-T X.690); context-specific ones as RFC 5280 uses them. */
const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  text: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
  address: 0x87,
  version: 0xa0,
  extensions: 0xa3,
} as const;

type Tag = (typeof tags)[keyof typeof tags];

const truth = encode(tags.boolean, Buffer.of(0xff));
const ecdsaWithSha256 = encode(tags.sequence, encodeObjectId("2a8648ce3d040302"));
const commonName = encodeObjectId("550403");
const alternativeName = encodeObjectId("551d11");
const basicConstraints = encodeObjectId("551d13");

function encodeContent(publicKey: KeyObject, now: number): Buffer {
  const name = encode(
    tags.sequence,
    encode(tags.set, encode(tags.sequence, commonName, encode(tags.text, Buffer.from("bench")))),
  );
  const day = 86_400_000;
  return encode(
    tags.sequence,
    encode(tags.version, encode(tags.integer, Buffer.of(2))),
    encode(tags.integer, Buffer.of(1)),
    ecdsaWithSha256,
    name,
    encode(tags.sequence, encodeTime(now - day), encodeTime(now + 7 * day)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    encode(tags.extensions, encodeExtensions()),
  );
}

function encodeExtensions(): Buffer {
  const loopback = encode(tags.sequence, encode(tags.address, Buffer.of(127, 0, 0, 1)));
  const authority = encode(tags.sequence, truth);
  return encode(
    tags.sequence,
    encode(tags.sequence, alternativeName, encode(tags.octetString, loopback)),
    encode(tags.sequence, basicConstraints, truth, encode(tags.octetString, authority)),
  );
}

function encodeTime(time: number): Buffer {
  const digits = new Date(time).toISOString().replaceAll(/\D/gu, "").slice(2, 14);
  return encode(tags.time, Buffer.from(`${digits}Z`));
}

function encodeObjectId(hex: string): Buffer {
  return encode(tags.objectId, Buffer.from(hex, "hex"));
}

function encode(tag: Tag, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}
