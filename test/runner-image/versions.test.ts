import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { platform, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

// Its scripts are for GNU tools and /proc.
const isLinux = platform() === "linux";
const image = join(import.meta.dirname, "..", "..", "runner-image");

function readVersions(folder: string): Readonly<Record<string, string>> {
  const lines = readFileSync(join(folder, "versions"), "utf8").matchAll(/^([A-Z0-9_]+)=(.*)$/gmu);
  return Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
}

describe("versions", () => {
  const versions = readVersions(image);
  const dockerfile = readFileSync(join(image, "Dockerfile"), "utf8");

  it("names the base image that the Dockerfile takes unasked", () => {
    expect(dockerfile).toContain(`\nARG BASE_IMAGE=${versions["BASE_IMAGE"]}\n`);
  });

  it("has an argument of the Dockerfile in every line, and an archive with a digest for both architectures", () => {
    for (const name of Object.keys(versions)) expect(dockerfile).toContain(`ARG ${name}=`);
    for (const architecture of ["X64", "ARM64"]) {
      const archive = `actions-runner-linux-${architecture.toLowerCase()}-${versions["RUNNER_VERSION"]}.tar.gz`;
      expect(versions[`RUNNER_ARCHIVE_${architecture}`]).toContain(
        `/v${versions["RUNNER_VERSION"]}/${archive}`,
      );
      expect(versions[`RUNNER_SHA256_${architecture}`]).toMatch(/^[0-9a-f]{64}$/u);
    }
  });

  it("is of a Dockerfile without heredocs", () => {
    expect(dockerfile).not.toContain("<<");
  });
});

describe("buildspec", () => {
  it("runs what a container of the image runs", () => {
    const buildspec: unknown = JSON.parse(readFileSync(join(image, "buildspec.json"), "utf8"));
    const entrypoint = "/opt/tornade/entrypoint";
    expect(buildspec).toMatchObject({ phases: { build: { commands: [entrypoint] } } });
    const dockerfile = readFileSync(join(image, "Dockerfile"), "utf8");
    expect(dockerfile).toContain(`\nENTRYPOINT ["${entrypoint}"]\n`);
  });
});

describe.runIf(isLinux)("update-versions", () => {
  let folder = "";
  let server: Server;
  let notes = "";

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "tornade-versions-"));
    cpSync(image, folder, { recursive: true });
    server = createServer((request, response) => {
      const version = /^\/tags\/v(.+)$/u.exec(request.url ?? "")?.[1] ?? "2.400.0";
      response.end(JSON.stringify({ tag_name: `v${version}`, body: notes }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function update(...versions: readonly string[]) {
    const { port } = addressOf(server);
    const env = { PATH: "/usr/bin:/bin", TORNADE_RELEASES_URL: `http://127.0.0.1:${port}` };
    return promisify(execFile)(join(folder, "update-versions"), versions, { env });
  }

  const digests = { x64: "a".repeat(64), arm64: "b".repeat(64) };
  const allNotes = Object.entries(digests)
    .map(
      ([name, digest]) => `<!-- BEGIN SHA linux-${name} -->${digest}<!-- END SHA linux-${name} -->`,
    )
    .join("\n");

  it.each([
    ["the newest release", [], "2.400.0"],
    ["the release that is named", ["2.399.1"], "2.399.1"],
  ])("takes %s with the digests of its notes", async (_case, given, version) => {
    notes = allNotes;
    await update(...given);
    expect(readVersions(folder)).toMatchObject({
      BASE_IMAGE: readVersions(image)["BASE_IMAGE"],
      RUNNER_VERSION: version,
      RUNNER_SHA256_X64: digests.x64,
      RUNNER_SHA256_ARM64: digests.arm64,
    });
    expect(readVersions(folder)["RUNNER_ARCHIVE_ARM64"]).toContain(
      `/v${version}/actions-runner-linux-arm64-${version}`,
    );
  });

  it("writes nothing where a digest is missing", async () => {
    notes = allNotes.replaceAll("linux-arm64", "linux-arm");
    await expect(update()).rejects.toThrow("no SHA-256 for linux-arm64");
    expect(readVersions(folder)).toEqual(readVersions(image));
  });
});

describe.runIf(isLinux)("fetch-runner", () => {
  it("fails with a clear line where a digest is missing", () => {
    const folder = mkdtempSync(join(tmpdir(), "tornade-fetch-"));
    cpSync(join(image, "fetch-runner"), join(folder, "fetch-runner"));
    cpSync(join(image, "versions"), join(folder, "versions"));
    const emptyDigests = { RUNNER_SHA256_X64: "", RUNNER_SHA256_ARM64: "" };
    execFileSync("sed", ["-i", "s/^\\(RUNNER_SHA256_.*=\\).*/\\1/", join(folder, "versions")]);
    expect(() =>
      execFileSync(join(folder, "fetch-runner"), [join(folder, "to"), join(folder, "built")], {
        env: { PATH: "/usr/bin:/bin", ...emptyDigests },
        stdio: "pipe",
      }),
    ).toThrow(
      /no archive or no SHA-256 of the runner for (?:X|ARM)64; run runner-image\/update-versions/u,
    );
    rmSync(folder, { recursive: true, force: true });
  });
});

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address;
}
