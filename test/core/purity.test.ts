import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

const core = new URL("../../functions/core/", import.meta.url);
const files = readdirSync(core, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);

/** What a module imports or re-exports, types included, statically or not. */
function importsOf(text: string): readonly string[] {
  const statements = text.matchAll(/^(?:import|export)\b[^;]*?\bfrom\s*"(?<path>[^"]+)"/gmsu);
  const bare = text.matchAll(/^import\s*"(?<path>[^"]+)"/gmu);
  const dynamic = text.matchAll(/\b(?:import|require)\s*\(\s*(?<path>[^)]*)\)/gu);
  return [...statements, ...bare, ...dynamic].map(({ groups }) => groups?.["path"] ?? "");
}

describe("functions/core", () => {
  it("has files, which import something", () => {
    const all = files.flatMap((file) => importsOf(readFileSync(new URL(file, core), "utf8")));
    expect(files).toContain("dispatch.ts");
    expect(all).toContain("./decide.ts");
  });

  it.each(files)("imports nothing but itself: %s", (file) => {
    const foreign = importsOf(readFileSync(new URL(file, core), "utf8")).filter(
      (path) => !/^\.\/[a-z0-9-]+\.ts$/u.test(path),
    );
    expect(foreign).toEqual([]);
  });
});

describe("importsOf", () => {
  it.each([
    ['import { a } from "node:fs";', "node:fs"],
    ['import type { A } from "../adapters/a.ts";', "../adapters/a.ts"],
    ['import {\n  a,\n  b,\n} from "./b.ts";', "./b.ts"],
    ['import a, * as b from "c";', "c"],
    ['import "d";', "d"],
    ['export { a } from "e";', "e"],
    ['export * from "f";', "f"],
    ['const a = await import("g");', '"g"'],
    ['const a = require("h");', '"h"'],
  ])("sees %s", (text, path) => {
    expect(importsOf(text)).toEqual([path]);
  });
});
