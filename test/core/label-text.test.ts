import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quote, shorten, toList } from "../../functions/core/label-text.ts";

describe("quote", () => {
  it("shows an ordinary label as it is", () => {
    expect(quote("runs-on=FARGATE_SPOT+CODEBUILD")).toBe("'runs-on=FARGATE_SPOT+CODEBUILD'");
  });

  it("cuts a long label", () => {
    expect(quote("x".repeat(61))).toBe(`'${"x".repeat(59)}…'`);
    expect(quote("x".repeat(60))).toBe(`'${"x".repeat(60)}'`);
    expect(quote("runs-on=FARGATE", 8)).toBe("'runs-on…'");
  });
});

describe("shorten", () => {
  it("leaves nothing that a log or a workflow command would obey", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 80 }),
        fc.integer({ min: 1, max: 80 }),
        (text, length) => {
          const shown = shorten(text, length);
          expect(shown.length).toBeLessThanOrEqual(length);
          expect(shown.isWellFormed()).toBe(true);
          expect(shown).not.toMatch(/(?! )[\p{C}\p{Z}]|%|::|##\[/u);
        },
      ),
    );
  });
});

describe("toList", () => {
  it.each([
    [[], ""],
    [["a"], "a"],
    [["a", "b"], "a or b"],
    [["a", "b", "c"], "a, b or c"],
  ])("joins %j as %j", (names, text) => {
    expect(toList(names, "or")).toBe(text);
  });
});
