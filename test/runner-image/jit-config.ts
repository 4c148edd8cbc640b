import { randomBytes } from "node:crypto";

/** The files of a JIT config, with what could get lost on the way: a mark in front, bytes that are no text. */
export type JitFiles = Readonly<Record<string, Buffer>>;

/** Files as GitHub sends them; the secret is different every time. */
export function createJitFiles(): JitFiles {
  const secret = randomBytes(24).toString("hex");
  return {
    ".runner": Buffer.from(`\uFEFF{"agentName":"tornade-4711-1-1","ephemeral":true}`),
    ".credentials": Buffer.from(`{"scheme":"OAuth","data":{"clientId":"${secret}"}}\n`),
    ".credentials_rsaparams": Buffer.concat([Buffer.from("{\0"), randomBytes(1200)]),
  };
}

/** The same in a form that is JSON as well, though not to the byte what GitHub writes today. */
export function encodeOtherwise(files: JitFiles): string {
  const json = Buffer.from(encodeJitConfig(files), "base64").toString();
  return Buffer.from(json.replaceAll('":"', '": "')).toString("base64");
}

/** GitHub's `encoded_jit_config`: base64 in JSON in base64. */
export function encodeJitConfig(files: JitFiles): string {
  const entries = Object.entries(files).map(([name, bytes]) => [name, bytes.toString("base64")]);
  return Buffer.from(JSON.stringify(Object.fromEntries(entries))).toString("base64");
}
