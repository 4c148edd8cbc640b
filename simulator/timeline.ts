/** Time as the simulator sees it: real for local mode, virtual for deterministic runs. */
export interface Timeline {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `action` once, `milliseconds` from now, unless the function returned is called before. */
  after(milliseconds: number, action: () => void): () => void;
}

/** The machine's own clock; pending actions do not keep the process alive. */
export const realTimeline: Timeline = {
  now: () => Date.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
