import { existsSync } from "node:fs";

import { runOrThrow } from "./command.ts";

/**
 * Installs packages of Debian or Ubuntu.
 * @throws Error where nobody may, with what to do instead
 */
export async function installPackages(packages: readonly string[]): Promise<void> {
  const list = packages.join(" ");
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
    throw new Error(
      `${list} needed; install them, as only root on Debian or Ubuntu can do it here`,
    );
  }
  await runOrThrow("apt-get", ["update", "-qq"]);
  const options = ["--yes", "--no-install-recommends", "-qq"];
  await runOrThrow("apt-get", ["install", ...options, ...packages], {
    DEBIAN_FRONTEND: "noninteractive",
  });
}
