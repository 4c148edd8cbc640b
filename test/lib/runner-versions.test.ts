import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import type { ResolvedImage } from "../../lib/resolved-config.ts";
import { readRunnerVersions } from "../../lib/runner-versions.ts";

const folders: string[] = [];

/** An image that is built from a folder with a file of versions, if any. */
function createImage(versions?: string): ResolvedImage {
  const folder = mkdtempSync(join(tmpdir(), "tornade-"));
  folders.push(folder);
  if (versions !== undefined) writeFileSync(join(folder, "versions"), versions);
  return toImage(folder);
}

function toImage(folder: string): ResolvedImage {
  return { name: "default", architectures: ["ARM64"], source: { kind: "folder", folder } };
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe("readRunnerVersions", () => {
  it("finds the version of our own image", () => {
    const [version = "none"] = readRunnerVersions([toImage(resolve("runner-image"))]);
    expect(readFileSync("runner-image/versions", "utf8")).toContain(`RUNNER_VERSION=${version}\n`);
  });

  it("tells each version once", () => {
    const [one, other] = ["BASE_IMAGE=x\nRUNNER_VERSION=2.1.0\n", "RUNNER_VERSION=2.2.0\n"];
    const images = [createImage(one), createImage(other), createImage(one)];
    expect(readRunnerVersions(images)).toEqual(["2.1.0", "2.2.0"]);
  });

  it.each([
    ["a folder that has none", createImage],
    ["a file that says nothing of the runner", () => createImage("NODE_VERSION=24\n")],
    [
      "an image that is ready",
      (): ResolvedImage => ({ ...toImage(""), source: { kind: "uri", uri: "ghcr.io/acme/x:1" } }),
    ],
  ])("knows nothing of %s", (...[, create]) => {
    expect(readRunnerVersions([create()])).toEqual([]);
  });
});
