import type { Reconcile } from "../functions/reconcile/reconcile.ts";
import type { Timeline } from "../simulator/timeline.ts";
import { createTimer } from "./timer.ts";

const minute = 60_000;

/**
 * Does what the schedule does, and once at once: a machine may have been off for long.
 * @returns stops it; resolves when the last pass has settled
 */
export function repeatEveryMinute(reconcile: Reconcile, timeline: Timeline): () => Promise<void> {
  const running = new Set<Promise<void>>();
  const timer = createTimer(timeline, () => {
    timer.set(minute);
    const current = reconcile()
      // It has told what failed; the next pass makes it good.
      .catch(() => {})
      .finally(() => {
        running.delete(current);
      });
    running.add(current);
  });
  timer.set(0);
  return async () => {
    timer.turnOff();
    await Promise.all(running);
  };
}
