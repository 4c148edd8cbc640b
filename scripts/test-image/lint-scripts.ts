import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { runOrThrow, tryCommand } from "../command.ts";
import { installPackages } from "../debian-packages.ts";

/** Has shellcheck look at every script of the image and of its stub. @throws Error for a finding */
export async function lintScripts(): Promise<void> {
  const { status } = await tryCommand("shellcheck", ["--version"]);
  if (status !== 0) await installPackages(["shellcheck"]);
  const scripts = folders.flatMap(listFiles).filter(isScript);
  await runOrThrow("shellcheck", ["--external-sources", "--source-path=SCRIPTDIR", ...scripts]);
}

const folders = ["runner-image", "test/runner-image/stub"];

function listFiles(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

function isScript(path: string): boolean {
  return path.endsWith(".sh") || readFileSync(path, "utf8").startsWith("#!/bin/bash");
}
