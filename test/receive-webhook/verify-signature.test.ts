import { describe, expect, it } from "vitest";

import {
  createVerifier,
  verifySignature,
} from "../../functions/receive-webhook/verify-signature.ts";
import { sign } from "../support/webhook.ts";

const secret = "It's a Secret to Everybody";

describe("createVerifier", () => {
  it("agrees with the example in GitHub's documentation", async () => {
    const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    expect(await createVerifier(secret)(Buffer.from("Hello, World!"), signature)).toBe(true);
    expect(await createVerifier(secret)(Buffer.from("Hello, World."), signature)).toBe(false);
    expect(await createVerifier("another")(Buffer.from("Hello, World!"), signature)).toBe(false);
  });

  it.each([
    ["text", Buffer.from('{"name":"Prüfung ✓"}')],
    ["text behind a byte order mark", Buffer.from("\uFEFF{}")],
    ["nothing", Buffer.alloc(0)],
    ["bytes that are not UTF-8", Buffer.from([0xff, 0x00, 0xc3, 0x28])],
  ])("holds and breaks over %s", async (_what, body) => {
    const verify = createVerifier(secret);
    expect(await verify(body, sign(secret, body))).toBe(true);
    expect(await verify(body, sign("another", body))).toBe(false);
    expect(await verify(body, "sha256=")).toBe(false);
  });
});

describe("verifySignature", () => {
  const body = Buffer.from("{}");

  it("takes the signature of any secret in service", async () => {
    const verifiers = [createVerifier("new"), createVerifier("old")];
    expect(await verifySignature(verifiers, body, sign("new", body))).toBe(true);
    expect(await verifySignature(verifiers, body, sign("old", body))).toBe(true);
    expect(await verifySignature(verifiers, body, sign("older", body))).toBe(false);
  });

  it("takes none where there is no secret", async () => {
    expect(await verifySignature([], body, sign("", body))).toBe(false);
  });
});
