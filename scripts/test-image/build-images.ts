import { join } from "node:path";

import type { Architecture } from "../../functions/core/provider.ts";
import { platforms } from "./base-image.ts";
import { runOrThrow } from "../command.ts";
import type { Engine } from "./container-engine.ts";
import { ownArchitecture } from "./emulation.ts";
import { serveStubArchive } from "./stub-archive.ts";

const folder = join(import.meta.dirname, "../../runner-image");

/**
 * Builds every target with the stub of GitHub's runner; where each program is emulated, which takes
 * minutes, the smallest one alone. Returns the tag of that.
 */
export async function buildImages(
  engine: Engine,
  { architecture, base }: { readonly architecture: Architecture; readonly base: string },
): Promise<string> {
  const archive = await serveStubArchive();
  const build = async (target: string) => {
    const tag = `localhost/tornade-test:${target}-${architecture}`;
    const settings = {
      BASE_IMAGE: base,
      RUNNER_ARCHIVE_X64: archive.url,
      RUNNER_SHA256_X64: archive.sha256,
      RUNNER_ARCHIVE_ARM64: archive.url,
      RUNNER_SHA256_ARM64: archive.sha256,
    };
    const given = Object.entries(settings).flatMap(([key, value]) => [
      "--build-arg",
      `${key}=${value}`,
    ]);
    // The build reaches the archive on this machine's own loopback.
    const options = ["--network", "host", "--platform", platforms[architecture].oci];
    await runOrThrow(engine.command, [
      "build",
      "--target",
      target,
      ...options,
      "--tag",
      tag,
      ...given,
      folder,
    ]);
    return tag;
  };
  try {
    const targets = architecture === ownArchitecture ? ["default", "docker"] : [];
    for (const target of targets) await build(target);
    return await build("slim");
  } finally {
    archive.close();
  }
}
