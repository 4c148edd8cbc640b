import { describe, expect, it } from "vitest";

import {
  createStreams,
  drawChance,
  drawInteger,
  drawOne,
} from "../../../simulator/simulation/seeded-random.ts";

const take = (random: () => number, count: number) => Array.from({ length: count }, () => random());

describe("createStreams", () => {
  it("gives the same numbers for the same seed and name", () => {
    expect(take(createStreams(7)("webhooks"), 5)).toEqual(take(createStreams(7)("webhooks"), 5));
  });

  it.each([
    ["another seed", createStreams(8)("webhooks")],
    ["another name", createStreams(7)("webhook")],
    ["a seed beyond 32 bits", createStreams(7 + 2 ** 33)("webhooks!")],
  ])("gives other numbers for %s", (_case, random) => {
    expect(take(random, 5)).not.toEqual(take(createStreams(7)("webhooks"), 5));
  });

  it("keeps a stream as it is however much is drawn from another", () => {
    const streams = createStreams(7);
    const undisturbed = take(createStreams(7)("one"), 5);
    take(streams("other"), 1_000);

    expect(take(streams("one"), 5)).toEqual(undisturbed);
  });

  it("spreads its numbers evenly between 0 and 1", () => {
    const numbers = take(createStreams(1)("even"), 10_000);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => numbers.filter((number) => Math.floor(number * 10) === tenth).length,
    );

    expect(Math.min(...tenths)).toBeGreaterThan(850);
    expect(Math.max(...tenths)).toBeLessThan(1_150);
  });
});

describe("drawInteger", () => {
  it("draws from the least to the most, both included", () => {
    const random = createStreams(1)("integers");
    const drawn = Array.from({ length: 200 }, () => drawInteger(random, 3, 5));

    expect(new Set(drawn)).toEqual(new Set([3, 4, 5]));
  });
});

describe("drawOne", () => {
  it("draws every choice", () => {
    const random = createStreams(1)("choices");
    const drawn = Array.from({ length: 100 }, () => drawOne(random, ["a", "b", "c"]));

    expect(new Set(drawn)).toEqual(new Set(["a", "b", "c"]));
  });
});

describe("drawChance", () => {
  it.each([
    [0, 0],
    [1, 1_000],
  ])("with probability %d is true %d times in 1000", (probability, times) => {
    const random = createStreams(1)("chances");
    const drawn = Array.from({ length: 1_000 }, () => drawChance(random, probability));

    expect(drawn.filter(Boolean)).toHaveLength(times);
  });
});
