import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { readRunnerName, runnerName } from "../../functions/core/runner-name.ts";

describe("runnerName", () => {
  it("joins prefix, job, attempt and launch", () => {
    expect(runnerName("tornade", "12877621891-2", 3)).toBe("tornade-12877621891-2-3");
  });

  it("stays within GitHub's 64 characters for the largest of jobs", () => {
    const largest = Number.MAX_SAFE_INTEGER;
    expect(runnerName("a".repeat(16), `${largest}-${largest}`, 999_999).length).toBeLessThan(65);
  });
});

describe("readRunnerName", () => {
  it("reads back every name that runnerName writes", () => {
    const prefix = fc.stringMatching(/^[a-z0-9-]{1,16}$/u);
    const number = fc.maxSafeNat();
    fc.assert(
      fc.property(prefix, fc.tuple(number, number, number), (text, [id, attempt, launch]) => {
        expect(readRunnerName(text, runnerName(text, `${id}-${attempt}`, launch))).toEqual({
          jobKey: `${id}-${attempt}`,
          launch,
        });
      }),
    );
  });

  it.each([
    ["another prefix", "other-1-2-3"],
    ["a longer prefix that begins with ours", "tornade-b-1-2-3"],
    ["a longer prefix that goes on in digits", "tornade-7-1-2-3"],
    ["no prefix", "1-2-3"],
    ["another case", "Tornade-1-2-3"],
    ["no launch", "tornade-1-2"],
    ["only the prefix", "tornade-"],
    ["an empty part", "tornade-1--3"],
    ["a word", "tornade-1-2-three"],
    ["a leading zero", "tornade-1-2-03"],
    ["a fraction", "tornade-1-2-3.5"],
    ["another spelling of a number", "tornade-1e3-2-3"],
    ["a number that JavaScript cannot hold", "tornade-9007199254740993-2-3"],
    ["a hosted runner", "GitHub Actions 5"],
    ["nothing", ""],
  ])("does not take %s for a name of ours", (_what, name) => {
    expect(readRunnerName("tornade", name)).toBeUndefined();
  });
});
