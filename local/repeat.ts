import type { Log } from "../functions/core/log.ts";
import type { Reconcile } from "../functions/reconcile/reconcile.ts";
import type { Timeline } from "../simulator/timeline.ts";
import { createAlarm } from "./alarm.ts";

const minute = 60_000;

/**
 * Does what the schedule does, and once at once: a machine may have been off for long.
 * @returns stops it; resolves when the last pass has settled
 */
export function repeatEveryMinute(
  reconcile: Reconcile,
  { timeline, log }: { readonly timeline: Timeline; readonly log: Log },
): () => Promise<void> {
  const running = new Set<Promise<void>>();
  const alarm = createAlarm(timeline, () => {
    alarm.set(minute);
    const current = reconcile()
      .catch((error: unknown) => {
        log.error("reconcile failed", { error });
      })
      .finally(() => {
        running.delete(current);
      });
    running.add(current);
  });
  alarm.set(0);
  return async () => {
    alarm.turnOff();
    await Promise.all(running);
  };
}
