import type { RunnerSize } from "./runner-size.ts";

/** A legal Fargate task size, in the units of the RunTask overrides. */
export type FargateSize = {
  /** CPU units, 1024 for one vCPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** GiB, 21 to 200; undefined stands for what is free, which RunTask refuses to be told. */
  readonly ephemeralStorage: number | undefined;
};

/** The most a Fargate task can have; one and the same task can have all of it. */
export const largestFargateSize: RunnerSize = { cpu: 32, memory: 244, disk: 200 };

/** GiB of disk that a task has for nothing. */
export const freeStorage = 20;

// vCPU to GiB: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
// 32 vCPU came in June 2026 (pulumi/pulumi-awsx#2053); the SDK's own text does not list it yet.
const memoriesOfCpu: ReadonlyMap<number, readonly number[]> = new Map([
  [0.25, [0.5, 1, 2]],
  [0.5, steps({ from: 1, to: 4, by: 1 })],
  [1, steps({ from: 2, to: 8, by: 1 })],
  [2, steps({ from: 4, to: 16, by: 1 })],
  [4, steps({ from: 8, to: 30, by: 1 })],
  [8, steps({ from: 16, to: 60, by: 4 })],
  [16, steps({ from: 32, to: 120, by: 8 })],
  [32, [60, 120, 244]],
]);

const legalPairs = [...memoriesOfCpu].flatMap(([cpu, memories]) =>
  memories.map((memory) => ({ cpu, memory })),
);

/** Rounds up to the smallest legal size, least CPU first as CPU costs most; undefined if none. */
export function toFargateSize({ cpu, memory, disk }: RunnerSize): FargateSize | undefined {
  const pair = legalPairs.find((legal) => legal.cpu >= cpu && legal.memory >= memory);
  if (pair === undefined || disk > largestFargateSize.disk) {
    return undefined;
  }
  return {
    cpu: pair.cpu * 1024,
    memory: pair.memory * 1024,
    ephemeralStorage: disk > freeStorage ? Math.ceil(disk) : undefined,
  };
}

function steps({ from, to, by }: { from: number; to: number; by: number }): readonly number[] {
  return Array.from({ length: (to - from) / by + 1 }, (_, index) => from + index * by);
}
