import { createHook } from "node:async_hooks";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";

import { type FaultName, faultNames } from "../../../simulator/simulation/fault-rates.ts";
import { createFaults } from "../../../simulator/simulation/faults.ts";
import { run } from "../../../simulator/simulation/run.ts";

// Watches nothing: a run then goes on to its end, whatever the state of tornade's rules.
const unwatched = () => ({
  onCall: () => {},
  onLog: () => {},
  onWebhook: () => {},
  onTask: () => {},
  onSleep: () => {},
  onForgotten: () => {},
  check: () => [],
});

async function runOnce(seed: number, faults: readonly FaultName[], jobs = 12) {
  const parts = { createFaults, createMonitor: unwatched };
  return run({ jobs, seed, faults: new Set(faults) }, parts);
}

describe("run", () => {
  // Whatever else a function waited for would settle in some later turn of the event loop. Comes first:
  // what a client reads from files, it reads when it is first used.
  it("goes on from nothing but promises", async () => {
    const types = new Map<number, string>();
    const wentOn = new Set<string | undefined>();
    const hook = createHook({
      init: (id, type) => types.set(id, type),
      before: (id) => wentOn.add(types.get(id)),
    }).enable();
    // Those that the clients repeat.
    await runOnce(6, ["ledger-unavailable", "ledger-throttled", "launch-unavailable"]);
    hook.disable();

    // Files, sockets and the thread pool; the test runner's own messages do not count.
    expect([...wentOn].filter((type) => /REQ|WRAP|ZLIB/u.test(type ?? ""))).toEqual([]);
    expect(wentOn).toContain("PROMISE");
  });

  it.each([
    ["without faults", []],
    ["with all faults", faultNames],
  ])("gives the same run for the same seed %s", async (_case, faults) => {
    const first = await runOnce(3, faults);
    const second = await runOnce(3, faults);

    expect(second).toEqual(first);
  });

  it("gives another run for another seed", async () => {
    const digests = [await runOnce(3, []), await runOnce(4, [])].map(({ digest }) => digest);

    expect(new Set(digests).size).toBe(2);
  });

  it("does not depend on what else the machine does", async () => {
    const { digest } = await runOnce(5, faultNames);
    const busy = new Worker("for (;;);", { eval: true });
    try {
      expect((await runOnce(5, faultNames)).digest).toBe(digest);
    } finally {
      await busy.terminate();
    }
  });

  it("ends every job, and tells how", async () => {
    const { figures, queued } = await runOnce(7, [], 30);
    const ended = Object.values(figures.ends).reduce((sum, jobs) => sum + jobs, 0);

    expect(queued).toBe(30);
    expect(ended).toBeGreaterThanOrEqual(30);
    expect(figures.webhookToLaunch.p50).toBeGreaterThan(0);
    expect(figures.queuedToRunning.p99).toBeGreaterThan(figures.queuedToRunning.p50 - 1);
  });

  it("tells the story of the job that is traced, and changes nothing by it", async () => {
    const parts = { createFaults, createMonitor: unwatched };
    const options = { jobs: 5, seed: 8, faults: new Set<FaultName>() };
    const { digest } = await run(options, parts);
    const traced = await run({ ...options, traced: 41_987_654_321 }, parts);

    expect(traced.digest).toBe(digest);
    const story = traced.story.map(({ text }) => text);
    expect(story[0]).toMatch(/^job (?:queued|waiting|pending)$/u);
    expect(story).toContainEqual(expect.stringMatching(/^webhook workflow_job queued: 202$/u));
    expect(story).toContainEqual(
      expect.stringMatching(/^launch-runner \d+ POST generate-jitconfig: 201$/u),
    );
    expect(story).toContainEqual(expect.stringMatching(/^compute (?:RUNNING|IN_PROGRESS)/u));
    expect(story).toContainEqual(expect.stringMatching(/^job completed as /u));
  });

  it.each([
    ["a part of the id of a job", 4_198_765_432],
    ["a number that other things have", 200],
  ])("tells nothing of a job that there is not, though its id is %s", async (_what, traced) => {
    const parts = { createFaults, createMonitor: unwatched };
    const options = { jobs: 5, seed: 8, faults: new Set<FaultName>(), traced };
    expect((await run(options, parts)).story).toEqual([]);
  });
});
