import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it } from "vitest";

import { CommandError } from "../../local/command-error.ts";
import { openDatabase } from "../../local/database.ts";

it("openDatabase says what cannot be opened, as where it may not be read", () => {
  const folder = mkdtempSync(join(tmpdir(), "tornade-"));
  expect(() => openDatabase(folder)).toThrow(
    new CommandError(
      `'${folder}' should be a database of tornade's, got something else (unable to open database file); move it away, or name another folder with --state`,
    ),
  );
  rmSync(folder, { recursive: true });
});
