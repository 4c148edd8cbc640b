import { AsyncLocalStorage } from "node:async_hooks";

import type { Timeline } from "../timeline.ts";

/** Tells what runs in a simulation from whatever else the process does meanwhile. */
const simulated = new AsyncLocalStorage<true>();

/**
 * Runs something while its timers are the timeline's: what waits then waits in virtual time, is
 * repeatable, and is told to `onSleep`, since no function of tornade may wait at all.
 */
export async function withVirtualTimers<Result>(
  { timeline, onSleep }: { readonly timeline: Timeline; readonly onSleep: (ms: number) => void },
  run: () => Promise<Result>,
): Promise<Result> {
  const real = { setTimeout, setInterval, clearTimeout, clearInterval };
  const cancels = new WeakMap<object, () => void>();
  const start = (action: (...values: unknown[]) => void, delay = 0, ...values: unknown[]) => {
    onSleep(delay);
    const timer = { unref: () => timer, ref: () => timer };
    const cancel = timeline.after(delay, () => {
      action(...values);
    });
    cancels.set(timer, cancel);
    return timer;
  };
  const clear = (timer: unknown): boolean => {
    const cancel = typeof timer === "object" && timer !== null ? cancels.get(timer) : undefined;
    cancel?.();
    return cancel !== undefined;
  };
  type Start = Parameters<typeof start>;
  Object.assign(globalThis, {
    setTimeout: (...timer: Start) =>
      simulated.getStore() === true ? start(...timer) : real.setTimeout(...timer),
    setInterval: (...timer: Start) =>
      simulated.getStore() === true ? start(...timer) : real.setInterval(...timer),
    clearTimeout: (timer?: NodeJS.Timeout) => clear(timer) || real.clearTimeout(timer),
    clearInterval: (timer?: NodeJS.Timeout) => clear(timer) || real.clearInterval(timer),
  });
  try {
    return await simulated.run(true, run);
  } finally {
    Object.assign(globalThis, real);
  }
}
