import type { Timeline } from "../timeline.ts";

const timerNames = ["setTimeout", "setInterval", "clearTimeout", "clearInterval"] as const;

/**
 * Runs something while the process's timers are the timeline's: what waits then waits in virtual time,
 * is repeatable, and is told to `onSleep`, since no function of tornade may wait at all.
 */
export async function withVirtualTimers<Result>(
  { timeline, onSleep }: { readonly timeline: Timeline; readonly onSleep: (ms: number) => void },
  run: () => Promise<Result>,
): Promise<Result> {
  const real = timerNames.map((name) => [name, Reflect.get(globalThis, name)] as const);
  const cancels = new WeakMap<object, () => void>();
  const setTimer = (action: (...values: unknown[]) => void, delay = 0, ...values: unknown[]) => {
    onSleep(delay);
    const timer = { unref: () => timer, ref: () => timer };
    const cancel = timeline.after(delay, () => {
      action(...values);
    });
    cancels.set(timer, cancel);
    return timer;
  };
  const clearTimer = (timer: unknown) => {
    if (typeof timer === "object" && timer !== null) cancels.get(timer)?.();
  };
  Reflect.set(globalThis, "setTimeout", setTimer);
  Reflect.set(globalThis, "setInterval", setTimer);
  Reflect.set(globalThis, "clearTimeout", clearTimer);
  Reflect.set(globalThis, "clearInterval", clearTimer);
  try {
    return await run();
  } finally {
    for (const [name, timer] of real) Reflect.set(globalThis, name, timer);
  }
}
