import { describe, expect, it } from "vitest";
import { createVirtualTimeline } from "../../simulator/virtual-timeline.ts";

describe("createVirtualTimeline", () => {
  it("runs what falls due in order of time, then of scheduling", async () => {
    const timeline = createVirtualTimeline(1000);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name} ${timeline.now()}`);
    timeline.after(20, note("late"));
    timeline.after(10, note("first"));
    timeline.after(10, note("second"));
    timeline.after(31, note("too late"));
    await timeline.advance(30);
    expect(seen).toEqual(["first 1010", "second 1010", "late 1020"]);
    expect(timeline.now()).toBe(1030);
  });

  it("lets promises settle between two actions of the same moment", async () => {
    const timeline = createVirtualTimeline(0);
    const seen: string[] = [];
    timeline.after(5, () => {
      void Promise.resolve()
        .then(async () => Promise.resolve())
        .then(() => seen.push("what the first caused"));
    });
    timeline.after(5, () => seen.push("the second"));
    await timeline.advance(5);
    expect(seen).toEqual(["what the first caused", "the second"]);
  });

  it("runs what is scheduled on the way, and not what was called off", async () => {
    const timeline = createVirtualTimeline(0);
    const seen: number[] = [];
    timeline.after(1, () => {
      timeline.after(1, () => seen.push(timeline.now()));
    });
    const cancel = timeline.after(2, () => seen.push(-1));
    cancel();
    await timeline.advance(2);
    expect(seen).toEqual([2]);
  });

  it("steps from action to action, and says when there is none", async () => {
    const timeline = createVirtualTimeline(0);
    const seen: number[] = [];
    for (const after of [70, 5, 5]) timeline.after(after, () => seen.push(timeline.now()));
    timeline.after(6, () => seen.push(-1))();
    const steps = [await timeline.step(), await timeline.step(), await timeline.step()];
    expect([...steps, await timeline.step()]).toEqual([true, true, true, false]);
    expect(seen).toEqual([5, 5, 70]);
  });

  it("counts in whole milliseconds, as clocks do", async () => {
    const timeline = createVirtualTimeline(0);
    timeline.after(0.4, () => {});
    await timeline.step();
    expect(timeline.now()).toBe(1);
  });

  it("keeps the order of many actions, however many are called off", async () => {
    const timeline = createVirtualTimeline(0);
    type Action = { readonly dueAt: number; readonly number: number };
    const seen: Action[] = [];
    const expected: Action[] = [];
    for (let number = 0; number < 20_000; number += 1) {
      const action = { dueAt: (number * 7919) % 1000, number };
      const cancel = timeline.after(action.dueAt, () => seen.push(action));
      if (number % 100 === 0) expected.push(action);
      else cancel();
    }
    await timeline.advance(1000);
    expect(seen).toEqual(
      expected.toSorted((one, other) => one.dueAt - other.dueAt || one.number - other.number),
    );
  });
});
