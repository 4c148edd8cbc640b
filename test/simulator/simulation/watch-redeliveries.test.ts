import { describe, expect, it } from "vitest";

import { bounds, invariants } from "../../../simulator/simulation/bounds.ts";
import { createWatched, type Watched } from "./monitor-stage.ts";

const second = 1_000;
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
    watched.services.gitHub.setMishaps({ planDeliveries: () => [once, once] });
    watched.services.gitHub.queueJob(job);
    expect(await complaintsAfter(watched, 600 * second)).toEqual([]);
    expect(outcomes).toEqual([]);
  });

  it("grants a minute more for each pass that got no answer", async () => {
    const watched = queueUntold(503);
    await watched.after(60 * second);
    const who = { function: "reconcile", instance: 1 } as const;
    const request = { method: "GET", path: "/app/hook/deliveries", headers: {}, body: "" };
    const answer = { status: 502, headers: {}, body: "" };
    watched.call({ service: "github", name: "GET deliveries", who, request, answer });
    expect(await complaintsAfter(watched, bounds.redelivery - 5 * second)).toEqual([]);
    expect(await complaintsAfter(watched, 10 * second)).toHaveLength(1);
  });
});
