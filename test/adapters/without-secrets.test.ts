import { describe, expect, it } from "vitest";

import { compactJitConfig } from "../../functions/adapters/compact-jit-config.ts";
import { withoutSecrets } from "../../functions/adapters/without-secrets.ts";
import { createJitConfig } from "../support/launch-request.ts";

const jitConfig = createJitConfig();
const compact = compactJitConfig(jitConfig);

describe("withoutSecrets", () => {
  it.each([
    ["an installation token", `ghs_${"a1".repeat(20)}`],
    ["a JIT config", jitConfig],
    ["a compact JIT config", compact],
    ["one that is compact in another way", `gzip:${compact.slice("files:".length)}`],
    ["one without its beginning", compact.slice("files:".length)],
    ["one that is carried as it came", `raw:${jitConfig}`],
    ["one in a form that nobody knows", "x".repeat(400)],
  ])("does not repeat %s", (_what, secret) => {
    expect(withoutSecrets(`Value '${secret}' at 'x' is too long`)).toBe(
      "Value '…' at 'x' is too long",
    );
  });

  it.each([
    "User: arn:aws:sts::123456789012:assumed-role/tornade-LaunchRunner/f is not authorized to perform: ecs:RunTask",
    "CannotPullContainerError: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/tornade/runner@sha256:0a1b2c3d4e5f",
    "files: none",
  ])("leaves '%s' as it is", (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });

  it("cuts off what is longer than a sentence or two", () => {
    expect(withoutSecrets("a page ".repeat(99))).toHaveLength(300);
    expect(withoutSecrets(`${"a page ".repeat(43).slice(0, 299)}🚀`).isWellFormed()).toBe(true);
  });
});
