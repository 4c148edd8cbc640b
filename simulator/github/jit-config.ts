import { type Random, randomBase64 } from "./identifiers.ts";
import type { Runner } from "./model.ts";

/** What a JIT config says about whose it is. */
export type JitIdentity = Pick<Runner, "id" | "clientId">;

/**
 * The `encoded_jit_config` of a runner: three base64 files in JSON in base64, of the size GitHub's have.
 * The RSA parameters are noise of the right length; the simulator knows a runner by its client id.
 */
export function encodeJitConfig(runner: Runner, workFolder: string, random: Random): string {
  const files = {
    ".runner": runnerSettings(runner, workFolder, random),
    ".credentials": credentials(runner),
    ".credentials_rsaparams": rsaParameters(random),
  };
  const encoded = Object.entries(files).map(([name, content]): [string, string] => [
    name,
    toBase64(content),
  ]);
  return toBase64(Object.fromEntries(encoded));
}

/** Whose JIT config it is, or `undefined` when it is none. */
export function readJitConfig(encodedJitConfig: string): JitIdentity | undefined {
  const files = fromBase64(encodedJitConfig);
  const id = Number(fromBase64(files?.[".runner"])?.["AgentId"]);
  const data = fromBase64(files?.[".credentials"])?.["Data"];
  if (!Number.isInteger(id) || typeof data !== "object" || data === null) return undefined;
  return "ClientId" in data && typeof data.ClientId === "string"
    ? { id, clientId: data.ClientId }
    : undefined;
}

function runnerSettings(runner: Runner, workFolder: string, random: Random): object {
  return {
    AgentId: String(runner.id),
    AgentName: runner.name,
    PoolId: String(runner.groupId),
    PoolName: "Default",
    ServerUrl: `https://pipelinesghubeus1.actions.githubusercontent.com/${randomBase64(random, 36)}/`,
    GitHubUrl: `https://github.com/${runner.scope}`,
    WorkFolder: workFolder,
    UseV2Flow: "True",
    ServerUrlV2: "https://broker.actions.githubusercontent.com/",
    Ephemeral: "True",
    DisableUpdate: "True",
    SkipSessionRecover: "True",
  };
}

function credentials(runner: Runner): object {
  return {
    Scheme: "OAuth",
    Data: {
      ClientId: runner.clientId,
      AuthorizationUrl: `https://token.actions.githubusercontent.com/_apis/oauth2/token/${runner.clientId}`,
      RequireFipsCryptography: "True",
    },
  };
}

function rsaParameters(random: Random): object {
  const half = () => randomBase64(random, 128);
  const full = () => randomBase64(random, 256);
  const primes = { dp: half(), dq: half(), inverseQ: half(), p: half(), q: half() };
  return { d: full(), ...primes, exponent: "AQAB", modulus: full() };
}

function toBase64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64");
}

function fromBase64(encoded: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof encoded !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, "base64").toString());
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
