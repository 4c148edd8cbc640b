import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { ResolvedImage } from "./resolved-config.ts";

/**
 * The versions of GitHub's runner that the images built from folders have in them, by the file
 * `versions` of runner-image; a folder without one is its owner's own affair.
 */
export function readRunnerVersions(images: readonly ResolvedImage[]): readonly string[] {
  const versions = images.flatMap(({ source }) =>
    source.kind === "folder" ? (readVersion(source.folder) ?? []) : [],
  );
  return [...new Set(versions)];
}

function readVersion(folder: string): string | undefined {
  const file = join(folder, "versions");
  if (!existsSync(file)) return undefined;
  return /^RUNNER_VERSION=(?<version>[\w.]+)$/mu.exec(readFileSync(file, "utf8"))?.groups?.[
    "version"
  ];
}
