/** Checks that fall due; looking whether one does costs next to nothing. */
export type Deadlines = {
  readonly add: (dueAt: number, check: (now: number) => void) => void;
  /** Runs what is due by now; a check may add itself anew. */
  readonly run: (now: number) => void;
};

/** How late a check may come, in milliseconds: so many share one entry. */
const grain = 1_000;

/** Nothing is due yet. */
export function createDeadlines(start: number): Deadlines {
  const slots = new Map<number, ((now: number) => void)[]>();
  let next = Math.floor(start / grain);
  return {
    add: (dueAt, check) => {
      const slot = Math.max(Math.ceil(dueAt / grain), next);
      const checks = slots.get(slot);
      if (checks === undefined) slots.set(slot, [check]);
      else checks.push(check);
    },
    run: (now) => {
      while (next * grain <= now) {
        const checks = slots.get(next) ?? [];
        slots.delete(next);
        next += 1;
        for (const check of checks) check(now);
      }
    },
  };
}
