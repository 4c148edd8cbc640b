import { describe, expect, it } from "vitest";

import type { Surroundings } from "../../../functions/adapters/surroundings.ts";
import { createInProcessFetch } from "../../../simulator/in-process-fetch.ts";
import { createInProcessRequestHandler } from "../../../simulator/in-process-request-handler.ts";
import type { AnsweredCall, Call, Fate, LogLine } from "../../../simulator/simulation/contract.ts";
import { createLambdaHost } from "../../../simulator/simulation/lambda-host.ts";
import { createStreams } from "../../../simulator/simulation/seeded-random.ts";
import { createVirtualTimeline } from "../../../simulator/virtual-timeline.ts";
import { jsonResponse, type WireService } from "../../../simulator/wire.ts";
import type { InstanceOptions } from "../../../simulator/world.ts";

type Setup = {
  readonly decide?: (call: Call) => Fate;
  readonly skew?: number;
  readonly concurrency?: number;
};

/** What the function under test does: calls, and says so before and after. */
type Work = (surroundings: Surroundings, input: string) => Promise<string>;

const callTwice: Work = async ({ fetch, log, now }, input) => {
  await fetch(`http://service/${input}/first`, {});
  log.info("between");
  await fetch(`http://service/${input}/second`, {});
  return `${input} done at ${now()}`;
};

async function createTestHost(setup: Setup = {}, work: Work = callTwice) {
  const timeline = createVirtualTimeline(0);
  const effects: string[] = [];
  const lines: LogLine[] = [];
  const calls: AnsweredCall[] = [];
  const starts: number[] = [];
  const host = createLambdaHost({
    timeline,
    stream: createStreams(1),
    policy: { decide: setup.decide ?? (() => "run"), skew: () => setup.skew ?? 0 },
    betweenAws: (next) => next,
    betweenGitHub: (next) => next,
    latency: () => 100,
    onCall: (call) => calls.push(call),
    onLog: (line) => lines.push(line),
    limits: { "launch-runner": { timeout: 15_000, concurrency: setup.concurrency ?? 10 } },
  });
  const service: WireService = async ({ path }) => {
    effects.push(path);
    return jsonResponse(200, {});
  };
  const surround = (instance: InstanceOptions = {}): Surroundings => ({
    env: {},
    now: () => timeline.now(),
    random: () => 0,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    ...instance,
    requestHandler: createInProcessRequestHandler(instance.betweenAws?.(service) ?? service),
    fetch: createInProcessFetch(instance.betweenGitHub?.(service) ?? service),
  });
  const create = async (surroundings: Surroundings) => {
    starts.push(timeline.now());
    return async (input: string) => work(surroundings, input);
  };
  const invoke = await host("launch-runner", create, surround);
  return { timeline, effects, lines, calls, starts, invoke };
}

/** Follows a promise without waiting for it. */
function follow<Value>(promise: Promise<Value>) {
  const state: { outcome: string } = { outcome: "pending" };
  promise.then(
    (value) => (state.outcome = String(value)),
    (error: Error) => (state.outcome = error.message),
  );
  return state;
}

describe("createLambdaHost", () => {
  it("starts an instance when it is first needed, and uses it again while it is warm", async () => {
    const { timeline, invoke, starts } = await createTestHost();

    const first = follow(invoke("one"));
    await timeline.advance(5_000);
    const second = follow(invoke("two"));
    await timeline.advance(5_000);

    expect(first.outcome).toMatch(/^one done/u);
    expect(second.outcome).toBe("two done at 5200");
    expect(starts).toHaveLength(1);
  });

  it("starts another instance for an invocation that overlaps", async () => {
    const { timeline, invoke, starts } = await createTestHost();

    const both = [follow(invoke("one")), follow(invoke("two"))];
    await timeline.advance(5_000);

    expect(both.map(({ outcome }) => outcome)).toEqual([
      expect.stringMatching(/^one done/u),
      expect.stringMatching(/^two done/u),
    ]);
    expect(starts).toHaveLength(2);
  });

  it("gives up an instance that was idle for long", async () => {
    const { timeline, invoke, starts } = await createTestHost();
    follow(invoke("one"));
    await timeline.advance(20 * 60_000);

    follow(invoke("two"));
    await timeline.advance(5_000);

    expect(starts).toHaveLength(2);
  });

  it("refuses an invocation beyond the concurrency", async () => {
    const { timeline, invoke } = await createTestHost({ concurrency: 1 });

    const both = [follow(invoke("one")), follow(invoke("two"))];
    await timeline.advance(5_000);

    expect(both[1]?.outcome).toBe("Rate Exceeded.");
  });

  it.each([
    ["kill-before", 1, []],
    ["kill-after", 1, ["/one/first"]],
    ["kill-before", 2, ["/one/first"]],
    ["kill-after", 2, ["/one/first", "/one/second"]],
  ] as const)("%s call %d leaves the effects %j", async (fate, number, left) => {
    const decide = (call: Call): Fate => (call.number === number ? fate : "run");
    const { timeline, invoke, effects, lines, starts } = await createTestHost({ decide });

    const invocation = follow(invoke("one"));
    await timeline.advance(14_999);
    expect(invocation.outcome).toBe("pending");
    await timeline.advance(1);

    expect(invocation.outcome).toBe("Task timed out after 15 seconds");
    expect(effects).toEqual(left);
    expect(lines.map(({ text }) => text)).toHaveLength(number - 1);

    follow(invoke("two"));
    await timeline.advance(5_000);
    expect(starts).toHaveLength(2);
  });

  it("rejects the call that was killed, so that nobody shares a request that never ends", async () => {
    const seen: string[] = [];
    const { timeline, invoke, effects } = await createTestHost(
      { decide: () => "kill-before" },
      async ({ fetch, log }) => {
        await fetch("http://service/first", {}).catch((error: Error) => seen.push(error.message));
        log.info("a dead instance says nothing");
        await fetch("http://service/second", {});
        return "never";
      },
    );

    follow(invoke("one"));
    await timeline.advance(60_000);

    expect(seen).toEqual(["instance was killed during GET first"]);
    expect(effects).toEqual([]);
  });

  it("kills what outlives the timeout; what was on its way arrives", async () => {
    const { timeline, invoke, effects, lines } = await createTestHost({
      decide: () => ({ freeze: 20_000 }),
    });

    const invocation = follow(invoke("one"));
    await timeline.advance(60_000);

    expect(invocation.outcome).toBe("Task timed out after 15 seconds");
    expect(effects).toEqual(["/one/first"]);
    expect(lines).toEqual([]);
  });

  it("lets a frozen instance go on where it was", async () => {
    const { timeline, invoke } = await createTestHost({
      decide: ({ number }) => (number === 1 ? { freeze: 3_000 } : "run"),
    });

    const invocation = follow(invoke("one"));
    await timeline.advance(10_000);

    const [, end = "0"] = /at (\d+)/u.exec(invocation.outcome) ?? [];
    expect(Number(end)).toBeGreaterThan(3_200);
  });

  it("freezes what a function left behind until its next invocation", async () => {
    const seen: string[] = [];
    const { timeline, invoke } = await createTestHost({}, async ({ fetch }, input) => {
      void fetch(`http://service/${input}`, {}).then(() => seen.push(input));
      return input;
    });

    follow(invoke("one"));
    await timeline.advance(60_000);
    expect(seen).toEqual([]);
    follow(invoke("two"));
    await timeline.advance(1);

    expect(seen).toEqual(["one"]);
  });

  it("shows an instance a clock that is ahead, and its calls and log lines their own time", async () => {
    const { timeline, invoke, lines, calls } = await createTestHost({ skew: 90_000 });

    const invocation = follow(invoke("one"));
    await timeline.advance(5_000);

    const [, end = "0"] = /at (\d+)/u.exec(invocation.outcome) ?? [];
    expect(Number(end)).toBeGreaterThan(90_000);
    expect(lines[0]?.at).toBeLessThan(5_000);
    expect(calls.map(({ name, number, who }) => [name, number, who.instance])).toEqual([
      ["GET first", 1, 1],
      ["GET second", 2, 1],
    ]);
  });

  it("tells the caller of a failure at once, and keeps the instance", async () => {
    const { timeline, invoke, starts } = await createTestHost({}, async () => {
      throw new Error("not today");
    });

    const failures = [follow(invoke("one"))];
    await timeline.advance(1_000);
    failures.push(follow(invoke("two")));
    await timeline.advance(1_000);

    expect(failures.map(({ outcome }) => outcome)).toEqual(["not today", "not today"]);
    expect(starts).toHaveLength(1);
  });
});
