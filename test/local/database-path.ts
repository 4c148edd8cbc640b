import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Where a database may be created; it is gone with the test. */
export function createDatabasePath(): string {
  const folder = mkdtempSync(join(tmpdir(), "tornade-database-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return join(folder, "tornade.sqlite");
}
