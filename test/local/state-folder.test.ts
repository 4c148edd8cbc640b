import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { CommandError } from "../../local/command-error.ts";
import { takeStateFolder } from "../../local/state-folder.ts";

let path: string;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "tornade-"));
});

afterEach(() => {
  rmSync(path, { recursive: true });
});

describe("takeStateFolder", () => {
  it("keeps another dispatcher out until the folder is released", () => {
    const folder = takeStateFolder(path);
    expect(() => takeStateFolder(path)).toThrow(
      new CommandError(
        `--state '${path}' is another dispatcher's, which still runs; end that one, or name another folder`,
      ),
    );
    folder.release();
    takeStateFolder(path).release();
  });

  // As where it may not be written, which this cannot try out as root.
  it("says that a lock cannot be opened", () => {
    mkdirSync(join(path, "lock.sqlite"));
    expect(() => takeStateFolder(path)).toThrow(
      new CommandError(
        `--state should be a folder of tornade's, got '${path}', which cannot be locked (unable to open database file); make it writable, or name another one`,
      ),
    );
  });

  it("says that a lock is something else", () => {
    writeFileSync(join(path, "lock.sqlite"), "no database ".repeat(200));
    expect(() => takeStateFolder(path)).toThrow(
      new CommandError(
        `--state should be a folder of tornade's, got '${path}', which cannot be locked (file is not a database); make it writable, or name another one`,
      ),
    );
  });
});
