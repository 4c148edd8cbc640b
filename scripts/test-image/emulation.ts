import { existsSync } from "node:fs";
import { arch } from "node:os";

import type { Architecture } from "../../functions/core/provider.ts";
import { runOrThrow } from "../command.ts";
import { installPackages } from "../debian-packages.ts";

/** Why programs of an architecture cannot run here; undefined where they can. */
export async function canRun(
  architecture: Architecture,
  mayInstall: boolean,
): Promise<string | undefined> {
  if (architecture === ownArchitecture) return undefined;
  if (architecture !== "ARM64") return `this machine is ${ownArchitecture}`;
  if (existsSync(handler)) return undefined;
  if (!mayInstall) {
    return "no emulation is registered; 'npm run test:image -- --install-emulation' installs it";
  }
  if (!existsSync(`${registry}/register`)) {
    await runOrThrow("mount", ["-t", "binfmt_misc", "binfmt_misc", registry]);
  }
  await installPackages(["qemu-user-static", "binfmt-support"]);
  return existsSync(handler) ? undefined : "qemu was installed, but the kernel does not know it";
}

/** What this machine is. */
export const ownArchitecture: Architecture = arch() === "arm64" ? "ARM64" : "X86_64";

const registry = "/proc/sys/fs/binfmt_misc";
const handler = `${registry}/qemu-aarch64`;
