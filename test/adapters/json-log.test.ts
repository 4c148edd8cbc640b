import { describe, expect, it } from "vitest";

import { createJsonLog } from "../../functions/adapters/json-log.ts";
import { metrics } from "../../functions/core/metrics.ts";
import { extractMetrics } from "../support/embedded-metrics.ts";

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

describe("createJsonLog, with figures", () => {
  const at = Date.UTC(2026, 10, 21, 12);
  const measured = { at, stack: "tornade-eu", figures: { QueueToStart: 31_250, Launches: 1 } };

  it("writes them as CloudWatch takes them from a log", () => {
    const lines: string[] = [];
    createJsonLog((line) => lines.push(line)).info("running", { jobId: 1 }, measured);
    const common = { namespace: "tornade", dimensions: { Stack: "tornade-eu" }, at };
    expect(lines.flatMap(extractMetrics)).toEqual([
      { ...common, name: "QueueToStart", unit: "Milliseconds", value: 31_250 },
      { ...common, name: "Launches", unit: "Count", value: 1 },
    ]);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ message: "running", jobId: 1 });
  });

  it("takes any of them, at any level", () => {
    const lines: string[] = [];
    const log = createJsonLog((line) => lines.push(line));
    for (const name of Object.keys(metrics)) {
      log.error("measured", {}, { ...measured, figures: { [name]: 0.5 } });
    }
    expect(lines.flatMap(extractMetrics).map(({ name, unit }) => [name, unit])).toEqual(
      Object.entries(metrics).map(([name, { unit }]) => [name, unit]),
    );
  });

  it("writes an ordinary line where nothing was measured", () => {
    const lines: string[] = [];
    createJsonLog((line) => lines.push(line)).warn("wait", {}, { ...measured, figures: {} });
    expect(lines).toEqual(['{"level":"warn","message":"wait"}\n']);
  });
});
