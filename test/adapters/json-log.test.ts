import { describe, expect, it } from "vitest";

import { createJsonLog } from "../../functions/adapters/json-log.ts";

describe("createJsonLog", () => {
  it.each(["info", "warn", "error"] as const)("writes a line of JSON for %s", (level) => {
    const lines: string[] = [];
    createJsonLog((line) => lines.push(line))[level]("delivery queued", { jobId: 1 });
    expect(lines).toEqual([`{"level":"${level}","message":"delivery queued","jobId":1}\n`]);
  });

  it("does without fields", () => {
    const lines: string[] = [];
    createJsonLog((line) => lines.push(line)).info("started");
    expect(lines).toEqual(['{"level":"info","message":"started"}\n']);
  });

  it("keeps a line break in a value within the line", () => {
    const lines: string[] = [];
    createJsonLog((line) => lines.push(line)).info("started", { name: 'a\n{"level":"error"}' });
    expect(lines.join("").trimEnd().split("\n")).toHaveLength(1);
  });

  it("reduces an error to name, code and message, wherever it is", () => {
    const lines: string[] = [];
    const cause = new Error("token ghs_secret");
    const error = Object.assign(new Error("no route", { cause }), { code: "EHOSTUNREACH" });
    createJsonLog((line) => lines.push(line)).warn("failed", { error, all: [new TypeError("x")] });
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "warn",
      message: "failed",
      error: { name: "Error", code: "EHOSTUNREACH", message: "no route" },
      all: [{ name: "TypeError", message: "x" }],
    });
  });
});
