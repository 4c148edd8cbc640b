import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { App } from "./model.ts";

/** Says why an App's JSON web token is refused: status and GitHub's own message. */
export type JwtRefusal = { readonly status: 401 | 404; readonly message: string };

const messages = {
  undecodable: "A JSON web token could not be decoded",
  expired:
    "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
  tooFar: "'Expiration time' claim ('exp') is too far in the future",
  issuedAt:
    "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
  issuer: "Integration not found",
} as const;

const longestLifeSeconds = 600;
/** How far ahead of GitHub's clock an App's clock may be. */
const clockSkewSeconds = 60;

/** Checks an App's JSON web token as GitHub does; `undefined` means that it is good. */
export function checkAppJwt(app: App, jwt: string, now: number): JwtRefusal | undefined {
  const claims = readClaims(jwt, readKey(app.publicKey));
  if (claims === undefined) return { status: 401, message: messages.undecodable };
  const message = checkTimes(claims, Math.floor(now / 1000));
  if (message !== undefined) return { status: 401, message };
  const issuer = String(claims["iss"]);
  if (issuer === String(app.id) || issuer === clientIdOf(app)) return undefined;
  return { status: 404, message: messages.issuer };
}

/** The App's client id, which may stand for its number as the issuer. */
export function clientIdOf(app: App): string {
  return app.clientId ?? `Iv23li${String(app.id).padStart(14, "0")}`;
}

const keys = new Map<string, KeyObject>();

/** Parsing the PEM costs more than verifying with it. */
function readKey(publicKey: string): KeyObject {
  const known = keys.get(publicKey) ?? createPublicKey(publicKey);
  keys.set(publicKey, known);
  return known;
}

type Claims = Readonly<Record<string, unknown>>;

function readClaims(jwt: string, key: KeyObject): Claims | undefined {
  const [header = "", payload = "", signature = "", ...rest] = jwt.split(".");
  if (rest.length > 0 || readPart(header)?.["alg"] !== "RS256") return undefined;
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify("RSA-SHA256", signed, key, Buffer.from(signature, "base64url"))) return undefined;
  return readPart(payload);
}

function readPart(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function checkTimes({ exp, iat }: Claims, nowSeconds: number): string | undefined {
  if (!Number.isInteger(iat) || Number(iat) > nowSeconds + clockSkewSeconds) {
    return messages.issuedAt;
  }
  if (typeof exp !== "number" || exp <= nowSeconds) return messages.expired;
  if (exp > nowSeconds + longestLifeSeconds) return messages.tooFar;
  return undefined;
}
