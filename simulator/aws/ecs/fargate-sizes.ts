import { AwsError } from "../aws-error.ts";

const gibibyte = 1024;

/** Memory in MiB that Fargate allows for each number of CPU units. */
const memoryByCpu: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: steps(1, 4, 1),
  1024: steps(2, 8, 1),
  2048: steps(4, 16, 1),
  4096: steps(8, 30, 1),
  8192: steps(16, 60, 4),
  16384: steps(32, 120, 8),
  32768: [60 * gibibyte, 120 * gibibyte, 244 * gibibyte],
};

/** CPU units from `1024` or `1 vCPU`, as text or NaN. */
function readCpuUnits(text: string): number {
  return readSize(text, "vcpu");
}

/** MiB from `2048` or `2 GB`, as text or NaN. */
function readMemoryMiB(text: string): number {
  return readSize(text, "gb");
}

/** @throws {AwsError} ClientException when Fargate has no such size */
export function checkFargateSize(cpu: string | undefined, memory: string | undefined): void {
  const units = readCpuUnits(cpu ?? "");
  const mebibytes = readMemoryMiB(memory ?? "");
  if (memoryByCpu[units]?.includes(mebibytes)) return;
  throw new AwsError(
    "ClientException",
    `No Fargate configuration exists for given values: ${cpu ?? "no"} CPU, ${memory ?? "no"} memory.`,
  );
}

function readSize(text: string, unit: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/iu.exec(text.trim());
  if (!match) return Number.NaN;
  const [, amount = "", suffix = ""] = match;
  if (suffix === "") return Number(amount);
  return suffix.toLowerCase() === unit ? Number(amount) * gibibyte : Number.NaN;
}

function steps(fromGiB: number, toGiB: number, stepGiB: number): readonly number[] {
  const count = (toGiB - fromGiB) / stepGiB + 1;
  return Array.from({ length: count }, (_, step) => (fromGiB + step * stepGiB) * gibibyte);
}
