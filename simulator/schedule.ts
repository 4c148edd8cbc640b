import { addToHeap, type HeapEntry, restoreHeap, takeFromHeap } from "./heap.ts";

/** What is to happen when, in order of time and then of arrival. */
export type Schedule = {
  /** The function returned calls the action off. */
  readonly add: (dueAt: number, action: () => void) => () => void;
  /** Takes the next action out, unless it is due after `end`. */
  readonly take: (end: number) => Planned | undefined;
};

/** An action and its time. */
export type Planned = { readonly dueAt: number; readonly action: () => void };

type Entry = HeapEntry & { action: (() => void) | undefined };

/** Called-off actions are cleared away once there are so many, and they are the majority. */
const mostCalledOff = 4096;

/** A schedule without anything in it. */
export function createSchedule(): Schedule {
  let entries: Entry[] = [];
  let added = 0;
  let calledOff = 0;
  const callOff = (entry: Entry): void => {
    if (entry.action === undefined) return;
    entry.action = undefined;
    calledOff += 1;
    if (calledOff < mostCalledOff || calledOff * 2 < entries.length) return;
    entries = restoreHeap(entries.filter(({ action }) => action !== undefined));
    calledOff = 0;
  };
  return {
    add: (dueAt, action) => {
      const entry: Entry = { dueAt, order: added, action };
      added += 1;
      addToHeap(entries, entry);
      return () => {
        callOff(entry);
      };
    },
    take: (end) => {
      for (let [next] = entries; next !== undefined && next.dueAt <= end; [next] = entries) {
        takeFromHeap(entries);
        const { dueAt, action } = next;
        next.action = undefined;
        if (action !== undefined) return { dueAt, action };
        calledOff -= 1;
      }
      return undefined;
    },
  };
}
