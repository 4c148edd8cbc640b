import type { Timeline } from "../simulator/timeline.ts";

/** One timer: the time it was set to last is the only one that counts. */
export type Timer = {
  readonly set: (milliseconds: number) => void;
  /** From now on it cannot be set any more. */
  readonly turnOff: () => void;
};

/** A timer that is not set yet. */
export function createTimer(timeline: Timeline, action: () => void): Timer {
  let cancel: (() => void) | undefined;
  let isOff = false;
  return {
    set: (milliseconds) => {
      cancel?.();
      if (!isOff) cancel = timeline.after(milliseconds, action);
    },
    turnOff: () => {
      isOff = true;
      cancel?.();
    },
  };
}
