import type { Timeline } from "../timeline.ts";

/** Resolves when so many milliseconds have passed. */
export async function pass(timeline: Timeline, milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    timeline.after(milliseconds, resolve);
  });
}
