import { createSchedule } from "./schedule.ts";
import type { Timeline } from "./timeline.ts";

/** A timeline that stands still until it is told to move. */
export interface VirtualTimeline extends Timeline {
  /**
   * Moves time on by `milliseconds` and runs what falls due, in order of time and then of scheduling;
   * after each action, everything it caused without further waiting has happened too.
   */
  advance(milliseconds: number): Promise<void>;
  /** Moves time on to the next action and runs that one; false when there is none. */
  step(): Promise<boolean>;
}

/** Virtual time for deterministic runs, beginning at `start` (milliseconds since the Unix epoch). */
export function createVirtualTimeline(start: number): VirtualTimeline {
  const schedule = createSchedule();
  let now = start;
  const runNext = async (end: number): Promise<boolean> => {
    const next = schedule.take(end);
    if (next === undefined) return false;
    now = next.dueAt;
    next.action();
    await settleMicrotasks();
    return true;
  };
  return {
    now: () => now,
    // Clocks tell whole milliseconds.
    after: (milliseconds, action) =>
      schedule.add(now + Math.max(0, Math.ceil(milliseconds)), action),
    advance: async (milliseconds) => {
      const end = now + milliseconds;
      await settleMicrotasks();
      while (await runNext(end));
      now = end;
    },
    step: async () => runNext(Number.POSITIVE_INFINITY),
  };
}

/**
 * Promise chains run in microtasks, all of them before the event loop's next turn. Nothing that
 * runs on a virtual timeline may wait for anything else: files, sockets, worker threads, real timers.
 */
async function settleMicrotasks(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
