import { existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { tryCommand } from "../command.ts";
import { installPackages } from "../debian-packages.ts";

/** The command of a container engine that works. */
export type Engine = { readonly command: "podman" | "docker" };

/**
 * Finds an engine, or installs podman from Debian's packages.
 * @throws Error when there is none and none can be installed
 */
export async function prepareEngine(): Promise<Engine> {
  const found = await findEngine();
  if (found !== undefined) return found;
  console.log("no container engine answers; installing podman");
  await installPackages(podmanPackages);
  const installed = await findEngine();
  if (installed === undefined) throw new Error("podman was installed, but 'podman info' fails");
  return installed;
}

const podmanPackages = [
  "podman",
  "runc",
  "buildah",
  "slirp4netns",
  "uidmap",
  "fuse-overlayfs",
] as const;

async function findEngine(): Promise<Engine | undefined> {
  configurePodman();
  for (const command of ["docker", "podman"] as const) {
    const { status } = await tryCommand(command, ["info"]);
    if (status === 0) return { command };
  }
  return undefined;
}

// Podman expects systemd to manage groups and the log of events; a bare machine has none, and may have
// lower limits than the ones that podman sets.
function configurePodman(): void {
  if (existsSync("/run/systemd/system") || process.env["CONTAINERS_CONF"] !== undefined) return;
  const path = join(tmpdir(), "tornade-containers.conf");
  writeFileSync(path, bareMachine);
  process.env["CONTAINERS_CONF"] = path;
}

const bareMachine = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "file"
`;
