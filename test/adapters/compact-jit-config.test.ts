import { generateKeyPairSync } from "node:crypto";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compactJitConfig, expandJitConfig } from "../../functions/adapters/compact-jit-config.ts";

function encode(files: Readonly<Record<string, string>>): string {
  const entries = Object.entries(files).map(([name, text]) => [name, toBase64(text)]);
  return toBase64(JSON.stringify(Object.fromEntries(entries)));
}

function toBase64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** A JIT config with the files, and the sizes of files, that GitHub sends. */
function createJitConfig(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { d, dp, dq, e, qi, n, p, q } = privateKey.export({ format: "jwk" });
  const key = { d, dp, dq, exponent: e, inverseQ: qi, modulus: n, p, q };
  return encode({
    ".runner": JSON.stringify({
      AgentId: "4711",
      AgentName: "tornade-12877621891-1-1",
      DisableUpdate: "True",
      Ephemeral: "True",
      PoolId: "1",
      PoolName: "Default",
      ServerUrl: `https://pipelinesghubeus3.actions.githubusercontent.com/${"a1B2".repeat(12)}/`,
      GitHubUrl: "https://github.com/acme",
      WorkFolder: "_work",
      UseV2Flow: "True",
      ServerUrlV2: "https://broker.actions.githubusercontent.com/",
    }),
    ".credentials": JSON.stringify({
      Scheme: "OAuth",
      Data: {
        ClientId: "7d8f3c1e-5a4b-4c1d-9e2f-0a1b2c3d4e5f",
        AuthorizationUrl: `https://tokenghub.actions.githubusercontent.com/_apis/oauth2/token/${"c3D4".repeat(8)}`,
        RequireFipsCryptography: "True",
      },
    }),
    ".credentials_rsaparams": JSON.stringify(key),
  });
}

describe("compactJitConfig", () => {
  it("nearly halves a config of the real size, and gives it back byte for byte", () => {
    const config = createJitConfig();
    expect(config.length).toBeGreaterThan(4_000);
    const compact = compactJitConfig(config);
    expect(compact).toMatch(/^files:/u);
    expect(compact.length).toBeLessThan(2_601);
    expect(expandJitConfig(compact)).toBe(config);
  });

  it.each([
    ["blanks", (json: string) => json.replaceAll('":"', '": "')],
    ["an end of line", (json: string) => `${json}\n`],
    ["a member that is no file", (json: string) => json.replace("{", '{"version":2,')],
    ["files in folders", (json: string) => json.replaceAll('".', '"./.')],
  ])("shortens a config with %s as it is", (_what, change) => {
    const config = toBase64(change(Buffer.from(createJitConfig(), "base64").toString()));
    const compact = compactJitConfig(config);
    expect(compact).toMatch(/^gzip:/u);
    expect(compact.length).toBeLessThan(3_001);
    expect(expandJitConfig(compact)).toBe(config);
  });

  it.each([
    ["no files", encode({})],
    ["an empty file", encode({ ".runner": "" })],
    ["files that look like the list of files", encode({ a: "b 3\n\n", b: "a 1\n" })],
    ["the same names in another order", encode({ b: "1", a: "2" })],
  ])("gives back %s", (_what, config) => {
    expect(expandJitConfig(compactJitConfig(config))).toBe(config);
  });

  it.each([
    ["nothing", ""],
    ["what is not base64", "{}"],
    ["what is not JSON", toBase64("hello")],
    ["an array", toBase64("[]")],
    ["a file that is not text", toBase64('{"a":1}')],
    ["a name with a blank", toBase64('{"a b":"MQ=="}')],
    ["JSON with blanks", toBase64('{ ".runner": "MQ==" }')],
    ["base64 without its padding", toBase64('{".runner":"MQ"}')],
    ["names that JavaScript sorts", toBase64('{"b":"MQ==","1":"MQ=="}')],
    ["a name that comes twice", toBase64('{"a":"MQ==","a":"Mg=="}')],
  ])("carries %s as it is", (_what, config) => {
    const compact = compactJitConfig(config);
    expect(compact).toBe(`raw:${config}`);
    expect(expandJitConfig(compact)).toBe(config);
  });

  it("gives back whatever it was given", () => {
    const files = fc.dictionary(fc.string(), fc.string({ unit: "binary" })).map(encode);
    fc.assert(
      fc.property(fc.oneof(files, fc.string({ unit: "binary" })), (config) => {
        expect(expandJitConfig(compactJitConfig(config))).toBe(config);
      }),
    );
  });
});

describe("expandJitConfig", () => {
  it.each(["", "eyJhIjoxfQ==", "file:x", "GZIP:x"])(
    "refuses '%s', which compactJitConfig never makes",
    (text) => {
      expect(() => expandJitConfig(text)).toThrow(
        "begins with none of 'files:', 'gzip:' and 'raw:'",
      );
    },
  );
});
