import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largestFargateSize, toFargateSize } from "../../functions/core/fargate-size.ts";

/** Every legal pair, written down a second time and in the other unit: CPU units, then MiB from, to and by. */
const legalMemories: readonly (readonly [number, readonly number[]])[] = [
  [256, [512, 1024, 2048]],
  [512, [1024, 2048, 3072, 4096]],
  [1024, from(2048, 8192, 1024)],
  [2048, from(4096, 16_384, 1024)],
  [4096, from(8192, 30_720, 1024)],
  [8192, from(16_384, 61_440, 4096)],
  [16_384, from(32_768, 122_880, 8192)],
  [32_768, [61_440, 122_880, 249_856]],
];

function from(first: number, last: number, by: number): readonly number[] {
  const memories = [];
  for (let memory = first; memory <= last; memory += by) {
    memories.push(memory);
  }
  return memories;
}

const anySize = fc.record({
  cpu: fc.double({ min: 0.001, max: 40, noNaN: true }),
  memory: fc.double({ min: 0.001, max: 300, noNaN: true }),
  disk: fc.double({ min: 0.001, max: 250, noNaN: true }),
});

describe("toFargateSize", () => {
  it.each([
    [1, 2, 1024, 2048],
    [0.1, 0.1, 256, 512],
    [0.25, 0.6, 256, 1024],
    [0.25, 2.1, 512, 3072],
    [0.25, 16, 2048, 16_384],
    [0.3, 1, 512, 1024],
    [2, 2, 2048, 4096],
    [3, 8, 4096, 8192],
    [4, 30.5, 8192, 32_768],
    [8, 17, 8192, 20_480],
    [8, 60, 8192, 61_440],
    [8, 61, 16_384, 65_536],
    [16, 33, 16_384, 40_960],
    [16, 120, 16_384, 122_880],
    [16, 121, 32_768, 249_856],
    [17, 1, 32_768, 61_440],
    [32, 61, 32_768, 122_880],
    [32, 244, 32_768, 249_856],
  ])("rounds %d vCPU and %d GiB up to %d units and %d MiB", (...row) => {
    const [cpu, memory, units, mebibytes] = row;
    expect(toFargateSize({ cpu, memory, disk: 20 })).toEqual({
      cpu: units,
      memory: mebibytes,
      ephemeralStorage: undefined,
    });
  });

  it.each([
    [1, undefined],
    [20, undefined],
    [20.1, 21],
    [21, 21],
    [50, 50],
    [199.5, 200],
    [200, 200],
  ])("asks for %d GiB of disk as %s", (disk, ephemeralStorage) => {
    expect(toFargateSize({ cpu: 1, memory: 2, disk })?.ephemeralStorage).toBe(ephemeralStorage);
  });

  it.each([
    [{ cpu: 32.1, memory: 1, disk: 20 }],
    [{ cpu: 1, memory: 244.1, disk: 20 }],
    [{ cpu: 1, memory: 2, disk: 200.1 }],
  ])("has no size for %j", (asked) => {
    expect(toFargateSize(asked)).toBeUndefined();
  });

  it("gives the first legal pair that is no less than asked, and nothing only beyond the largest", () => {
    fc.assert(
      fc.property(anySize, (asked) => {
        const smallest = legalMemories
          .flatMap(([cpu, memories]) => memories.map((memory) => ({ cpu, memory })))
          .find(({ cpu, memory }) => cpu >= asked.cpu * 1024 && memory >= asked.memory * 1024);
        const size = toFargateSize(asked);
        const { cpu, memory, disk } = largestFargateSize;
        const fits = asked.cpu <= cpu && asked.memory <= memory && asked.disk <= disk;
        expect(size !== undefined).toBe(fits);
        expect(size && { cpu: size.cpu, memory: size.memory }).toEqual(fits ? smallest : undefined);
        expect(size?.ephemeralStorage ?? 20).toBeGreaterThanOrEqual(fits ? asked.disk : 20);
        expect(size?.ephemeralStorage ?? 20).toBeLessThan(Math.max(asked.disk, 20) + 1);
      }),
    );
  });
});
