import { architectures, providerNames, type Architecture, type ProviderName } from "./provider.ts";

/** The shortest `timeout=`: CodeBuild accepts nothing below. */
export const leastTimeoutMinutes = 5;

/**
 * The longest `timeout=`: on a self-hosted runner the job's `GITHUB_TOKEN` ends after 24 hours.
 * https://docs.github.com/en/actions/concepts/security/github_token
 */
export const mostTimeoutMinutes = 24 * 60;

const architectureSpellings: Record<Architecture, readonly string[]> = {
  X86_64: ["x86_64", "x64", "amd64"],
  ARM64: ["arm64", "aarch64"],
};

// AWS writes GB where it means GiB, and so do people: all of these are binary.
const gibibytesPerUnit = new Map([
  ...["", "g", "gb", "gi", "gib"].map((unit) => [unit, 1] as const),
  ...["m", "mb", "mi", "mib"].map((unit) => [unit, 1 / 1024] as const),
]);

const vcpusPerUnit = new Map(["", "vcpu", "vcpus"].map((unit) => [unit, 1] as const));

// No entry for "": 90 could be minutes or seconds.
const minutesPerUnit = new Map([
  ["m", 1],
  ["min", 1],
  ["h", 60],
]);

/** Reads one provider, or several joined with `+` in the order in which they are tried. */
export function readRungs(text: string): readonly ProviderName[] | undefined {
  const rungs = text.split("+").map((part) => findName(providerNames, part.trim()));
  return rungs.every((rung) => rung !== undefined) ? toLadder(rungs) : undefined;
}

/** Drops repeats, and puts FARGATE behind a lone FARGATE_SPOT, whose capacity comes and goes. */
export function toLadder(rungs: readonly ProviderName[]): readonly ProviderName[] {
  const ladder = [...new Set(rungs)];
  return ladder.every((rung) => rung === "FARGATE_SPOT") ? [...ladder, "FARGATE"] : ladder;
}

/** Reads an architecture by any of its common names. */
export function readArchitecture(text: string): Architecture | undefined {
  return architectures.find((name) => architectureSpellings[name].includes(text));
}

/** Reads a number of vCPU, like `2`, `0.5` or `4vcpu`. */
export function readVcpus(text: string): number | undefined {
  return readAmount(text, vcpusPerUnit);
}

/** Reads an amount of memory or disk in GiB, like `4`, `4g`, `50GB` or `512m`. */
export function readGibibytes(text: string): number | undefined {
  return readAmount(text, gibibytesPerUnit);
}

/** Reads a time in whole minutes, like `30m` or `1.5h`, between the least and the most allowed. */
export function readMinutes(text: string): number | undefined {
  const minutes = Math.round(readAmount(text, minutesPerUnit) ?? 0);
  return minutes >= leastTimeoutMinutes && minutes <= mostTimeoutMinutes ? minutes : undefined;
}

/** Finds the name that `text`, in lower case, stands for. */
export function findName<Name extends string>(
  names: readonly Name[],
  text: string,
): Name | undefined {
  return names.find((name) => name.toLowerCase() === text);
}

function readAmount(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const unit = text.replace(/^\d{1,6}(?:\.\d{1,3})?/u, "").trim();
  const amount = Number.parseFloat(text) * (units.get(unit) ?? 0);
  return amount > 0 ? amount : undefined;
}
