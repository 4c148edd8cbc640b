import { describe, expect, it } from "vitest";

import {
  readArray,
  readFlag,
  readNumber,
  readObject,
  readOptional,
  readText,
} from "../../functions/core/read-json.ts";

const noText = [1, true, null, undefined, [], {}];

describe("readObject", () => {
  it("keeps the fields, also those named like parts of a prototype", () => {
    const fields = readObject(JSON.parse('{"__proto__":{"admin":true},"a":1}'), "body");
    expect(Object.keys(fields)).toEqual(["__proto__", "a"]);
    expect(fields["admin"]).toBeUndefined();
  });

  it.each([
    [null, "null"],
    [[], "an array"],
    [undefined, "nothing"],
    ["{}", "a string"],
    [1, "a number"],
  ])("refuses %j and says that it is %s", (value, name) => {
    expect(() => readObject(value, "body")).toThrow(`body should be an object, got ${name}`);
  });
});

describe("readArray", () => {
  it("gives the entries", () => {
    expect(readArray([1, "a"], "list")).toEqual([1, "a"]);
  });

  it("refuses what only looks like an array", () => {
    expect(() => readArray({ length: 0 }, "list")).toThrow("list should be an array");
  });
});

describe("readText", () => {
  it("gives the text, the empty one too", () => {
    expect(readText("", "name")).toBe("");
  });

  it.each(noText)("refuses %j", (value) => {
    expect(() => readText(value, "name")).toThrow("name should be text");
  });
});

describe("readNumber", () => {
  it.each([0, 1, Number.MAX_SAFE_INTEGER])("takes %d", (value) => {
    expect(readNumber(value, "id")).toBe(value);
  });

  it.each([-1, 0.5, 2 ** 53, 1e300, Number.NaN, Number.POSITIVE_INFINITY, "1", null])(
    "refuses %j",
    (value) => {
      expect(() => readNumber(value, "id")).toThrow("id should be a whole number");
    },
  );
});

describe("readFlag", () => {
  it.each([true, false])("takes %j", (value) => {
    expect(readFlag(value, "private")).toBe(value);
  });

  it.each(["true", 0, null])("refuses %j", (value) => {
    expect(() => readFlag(value, "private")).toThrow("private should be a flag");
  });
});

describe("readOptional", () => {
  it.each([undefined, null])("takes %j for absent", (value) => {
    expect(readOptional(value, String)).toBeUndefined();
  });

  it.each([0, "", false])("reads %j, which is not absent", (value) => {
    expect(readOptional(value, String)).toBe(String(value));
  });
});
