import { describe, expect, it } from "vitest";

import { bounds, invariants } from "../../../simulator/simulation/bounds.ts";
import type { FaultName } from "../../../simulator/simulation/fault-rates.ts";
import { createWatched, type Watched } from "./monitor-stage.ts";

const second = 1_000;
const who = { function: "reconcile", instance: 1 } as const;
const job = { repository: "acme/app", name: "build", labels: ["self-hosted", "tornade"] };

/** Queues a job of which GitHub tells with this outcome first, and well from then on. */
function queueUntold(status: number): Watched {
  const outcomes = [status];
  const watched = createWatched(async () => ({ status: outcomes.pop() ?? 202 }));
  watched.services.gitHub.queueJob(job);
  return watched;
}

function redeliver({ services: { gitHub } }: Watched): void {
  gitHub.redeliver(gitHub.deliveries()[0]?.guid ?? "");
}

/** Asks for a delivery again, as reconcile does. */
function askAnew(watched: Watched, status: number): void {
  const path = "/app/hook/deliveries/1/attempts";
  const request = { method: "POST", path, headers: {}, body: "" };
  const answer = { status, headers: {}, body: "" };
  watched.call({ service: "github", name: "POST attempts", who, request, answer });
}

async function complaintsAfter(watched: Watched, milliseconds: number): Promise<readonly string[]> {
  const found = await watched.after(milliseconds);
  return found.flatMap(({ invariant, details }) =>
    invariant === invariants.redelivery ? details : [],
  );
}

describe("watchRedeliveries", () => {
  it("misses a delivery that failed and that nobody asks for again, once", async () => {
    const watched = queueUntold(503);
    expect(await complaintsAfter(watched, bounds.redelivery - 5 * second)).toEqual([]);
    const [complaint] = await complaintsAfter(watched, 10 * second);
    expect(complaint).toMatch(/^delivery \d+ failed 1\d\d s ago .*nobody has asked for it again$/u);
    expect(await complaintsAfter(watched, 600 * second)).toEqual([]);
  });

  it("is content with one that is delivered again in time, or succeeded at once", async () => {
    const again = queueUntold(503);
    await again.after(80 * second);
    redeliver(again);
    expect(await complaintsAfter(again, 600 * second)).toEqual([]);
    expect(await complaintsAfter(queueUntold(202), 600 * second)).toEqual([]);
  });

  it("is content with one of which a copy arrived before", async () => {
    const outcomes = [503, 202];
    const watched = createWatched(async () => ({ status: outcomes.pop() ?? 202 }));
    const once = { delayMilliseconds: 0 };
    watched.services.gitHub.planFaults({ planDeliveries: () => [once, once] });
    watched.services.gitHub.queueJob(job);
    expect(await complaintsAfter(watched, 600 * second)).toEqual([]);
    expect(outcomes).toEqual([]);
  });

  it.each<readonly [what: string, answers: readonly number[], fault: FaultName, minutes: number]>([
    ["got no answer", [502], "github-unavailable", 1],
    ["a fault had refused its credentials twice", [401, 401], "jwt-refused", 1],
    ["had to ask once more", [401, 202, 401, 202], "jwt-refused", 0],
    ["was refused its credentials for no fault", [401, 401], "clock-skewed", 0],
  ])("grants a minute for a pass that %s: %j, %s", async (_what, answers, fault, minutes) => {
    const watched = queueUntold(503);
    await watched.after(60 * second);
    watched.faults.strikes.add({ fault, at: watched.timeline.now() }, []);
    for (const status of answers) askAnew(watched, status);
    const text = '{"level":"info","message":"GitHub requests left"}';
    watched.monitor.onLog({ who, at: watched.timeline.now(), text });
    const left = bounds.redelivery + (minutes - 1) * 60 * second;
    expect(await complaintsAfter(watched, left - 5 * second)).toEqual([]);
    expect(await complaintsAfter(watched, 10 * second)).toHaveLength(1);
  });

  it.each<readonly [what: string, fault: FaultName, calls: number, minutes: number]>([
    ["was frozen in the middle", "frozen", 1, 1],
    ["was frozen just as it made one more call", "frozen", 2, 1],
    ["was slow by itself", "clock-skewed", 1, 0],
  ])("grants a minute for a pass that %s", async (_what, fault, calls, minutes) => {
    const watched = queueUntold(503);
    await watched.after(60 * second);
    watched.faults.strikes.add({ fault, at: watched.timeline.now() }, []);
    for (let call = 0; call < calls; call += 1) {
      if (call > 0) await watched.after(1);
      askAnew(watched, 202);
    }
    await watched.after(5 * second);
    askAnew(watched, 202);
    const text = '{"level":"info","message":"GitHub requests left"}';
    watched.monitor.onLog({ who, at: watched.timeline.now(), text });
    const left = bounds.redelivery + (minutes - 1) * 60 * second - 5 * second;
    expect(await complaintsAfter(watched, left - 5 * second)).toEqual([]);
    expect(await complaintsAfter(watched, 10 * second)).toHaveLength(1);
  });

  it("grants a minute for every thirty that failed before", async () => {
    const watched = createWatched(async () => ({ status: 503 }));
    for (let number = 0; number < 31; number += 1) watched.services.gitHub.queueJob(job);
    const early = await complaintsAfter(watched, bounds.redelivery + 5 * second);
    const late = await complaintsAfter(watched, 60 * second);
    expect([early.length, late.length]).toEqual([30, 1]);
  });
});
