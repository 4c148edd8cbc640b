import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Architecture } from "../../functions/core/provider.ts";
import { runOrThrow, tryCommand } from "../command.ts";
import type { Engine } from "./container-engine.ts";
import { installPackages } from "../debian-packages.ts";

/** How the parts of the tool chain call an architecture. */
export const platforms: Record<Architecture, { readonly debian: string; readonly oci: string }> = {
  X86_64: { debian: "amd64", oci: "linux/amd64" },
  ARM64: { debian: "arm64", oci: "linux/arm64" },
};

/**
 * The image to build on: the one that the Dockerfile names where a registry can be reached, otherwise
 * Debian's packages put together here.
 */
export async function prepareBase(engine: Engine, architecture: Architecture): Promise<string> {
  const { oci } = platforms[architecture];
  const { status } = await tryCommand(engine.command, [
    "pull",
    "--quiet",
    "--platform",
    oci,
    named,
  ]);
  if (status === 0) return named;
  const own = `localhost/tornade-base:${platforms[architecture].debian}`;
  const { status: missing } = await tryCommand(engine.command, ["image", "inspect", own]);
  if (missing !== 0) await makeBase(engine, architecture, own);
  console.log(
    `${named} cannot be pulled; building on ${own}, made of the packages of Debian ${release}`,
  );
  return own;
}

const versions = readFileSync(join(import.meta.dirname, "../../runner-image/versions"), "utf8");
const named = /^BASE_IMAGE=(.+)$/mu.exec(versions)?.[1] ?? "";

/** The release nearest to Ubuntu 24.04 of those whose keys Debian machines have. */
const release = "trixie";

async function makeBase(engine: Engine, architecture: Architecture, name: string): Promise<void> {
  const { debian, oci } = platforms[architecture];
  if (!existsSync("/usr/sbin/debootstrap")) await installPackages(["debootstrap"]);
  const root = join(tmpdir(), `tornade-base-${debian}`);
  rmSync(root, { recursive: true, force: true });
  await runOrThrow("debootstrap", ["--variant=minbase", `--arch=${debian}`, release, root]);
  const archive = `${root}.tar`;
  const excluded = notInImages.flatMap((path) => ["--exclude", path]);
  await runOrThrow("tar", ["--create", "--file", archive, ...excluded, "--directory", root, "."]);
  const platform =
    engine.command === "podman" ? ["--os", "linux", "--arch", debian] : ["--platform", oci];
  await runOrThrow(engine.command, ["import", ...platform, archive, name]);
  rmSync(archive);
  rmSync(root, { recursive: true, force: true });
}

/** What the images that registries have of Debian and Ubuntu leave out as well. */
const notInImages = [
  "./proc/*",
  "./sys/*",
  "./dev/*",
  "./var/cache/apt/*",
  "./var/lib/apt/lists/*",
  "./usr/share/doc/*",
  "./usr/share/man/*",
  "./usr/share/locale/*",
];
