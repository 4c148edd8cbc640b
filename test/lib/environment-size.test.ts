import { describe, expect, it } from "vitest";

import { readObject } from "../../functions/core/read-json.ts";
import type { ImageConfig, TornadeConfig } from "../../lib/config.ts";
import { resolve } from "./intrinsics.ts";
import { type Synthesized, synthesize } from "./synthesize.ts";

/** The sizes of the functions' environments as Lambda measures them, with names as CloudFormation makes them. */
function measure({ ofType, resources }: Synthesized): readonly number[] {
  return ofType("AWS::Lambda::Function").map(({ Properties }) => {
    const { Variables } = readObject(resolve(Properties["Environment"], resources), "Environment");
    const text = JSON.stringify(Variables);
    const named = Object.keys(resources).reduce(
      (so, id) => so.replaceAll(id, `tornade-${id}-A1B2C3D4E5F6`),
      text.replaceAll("eu-west-1", "ap-southeast-1"),
    );
    return Buffer.byteLength(named);
  });
}

function synthesizeWith(count: number, image: ImageConfig): Synthesized {
  const names = ["default", ...Array.from({ length: count - 1 }, (_, index) => `image${index}`)];
  return synthesize({ images: Object.fromEntries(names.map((name) => [name, image])) });
}

describe("the environment of a function", () => {
  it.each<[string, ImageConfig, number]>([
    ["built from folders", { build: "runner-image" }, 4],
    ["that are ready", { uri: "ghcr.io/acme/runner-image:1" }, 9],
  ])("is as Lambda takes it with as many images %s as are let through", (_what, image, most) => {
    expect(Math.max(...measure(synthesizeWith(most, image)))).toBeLessThanOrEqual(4_096);
    expect(() => synthesizeWith(most + 1, image)).toThrow(
      /at most 4096 bytes, got about \d+, most of it for images and their architectures \(\d{4} bytes\); have fewer of these$/u,
    );
  });

  it.each<[string, Partial<TornadeConfig>]>([
    [
      "owners (3731 bytes) and images and their architectures (560 bytes)",
      { owners: toNames("organization-number", 160) },
    ],
    ["rerunInterrupted (3941 bytes)", { rerunInterrupted: toNames("acme/repository-number", 150) }],
    [
      "repositoryRoles (2893 bytes) and owners (796 bytes)",
      { owners: ["acme", ...toNames("acme", 100)], repositoryRoles },
    ],
  ])("names what is too long: %s", (options, config) => {
    expect(() => synthesize(config)).toThrow(`most of it for ${options}; have fewer of these`);
  });
});

const repositoryRoles = Object.fromEntries(
  toNames("acme/app", 50).map((name) => [name, "arn:aws:iam::123456789012:role/deploy"]),
);

function toNames(start: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${start}-${index}`);
}
