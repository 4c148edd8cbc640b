import { describe, expect, it } from "vitest";

import {
  findRunner,
  readEach,
  readJobState,
  readRegistration,
} from "../../functions/adapters/github-answers.ts";
import { createJsonLog } from "../../functions/adapters/json-log.ts";
import { readNumber } from "../../functions/core/read-json.ts";

const runners = [
  { id: 1, name: "tornade-1-1-1", busy: false, status: "offline" },
  { id: 2, name: "tornade-1-1-2", busy: true, status: "online" },
];

describe("readRegistration", () => {
  it("reads the runner's id and its secret", () => {
    const answer = { runner: { id: 7, name: "x" }, encoded_jit_config: "eyJ" };
    expect(readRegistration(answer)).toEqual({ registrationId: 7, encodedJitConfig: "eyJ" });
  });
});

describe("findRunner", () => {
  it.each([
    ["tornade-1-1-1", { registrationId: 1, busy: false, online: false }],
    ["tornade-1-1-2", { registrationId: 2, busy: true, online: true }],
    ["tornade-1-1", undefined],
    ["", undefined],
  ])("finds '%s'", (name, found) => {
    expect(findRunner({ total_count: 2, runners }, name)).toEqual(found);
  });

  it.each([
    [{}, "runners should be an array, got nothing"],
    [{ runners: ["x"] }, "runner should be an object, got a string"],
    [{ runners: [{ name: "x", id: 1 }] }, "runner.busy should be a flag, got nothing"],
  ])("refuses %j", (answer, problem) => {
    expect(() => findRunner(answer, "x")).toThrow(
      `GitHub did not send a list of runners: ${problem}`,
    );
  });
});

describe("readEach", () => {
  it("leaves out what it does not understand, alone, and tells of it", () => {
    const lines: string[] = [];
    const log = createJsonLog((line) => lines.push(line));
    const read = (value: unknown) => readNumber(value, "number");
    expect(readEach([1, "two", 3], { what: "a list of numbers", read, log })).toEqual([1, 3]);
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      {
        level: "warn",
        message: "entry of a GitHub list not understood",
        list: "a list of numbers",
        problem: "number should be a whole number, got a string",
      },
    ]);
  });
});

describe("readJobState", () => {
  it.each(["<html>", null, [], {}, { status: null }, { status: 1 }])("refuses %j", (answer) => {
    expect(() => readJobState(answer)).toThrow("GitHub did not send a job: ");
  });
});
