import { jobKey, type JobKey } from "./job.ts";

/**
 * The name under which a runner registers: it says for which job, and as which launch for it.
 * Stays within GitHub's 64 characters: the prefix has at most 16, the two numbers of the job key
 * at most 16 digits each, which leaves 13 for the launch number.
 */
export function runnerName(prefix: string, key: JobKey, launch: number): string {
  return `${prefix}-${key}-${launch}`;
}

/** What the name of one of our runners says; undefined for the name of any other runner. */
export function readRunnerName(
  prefix: string,
  name: string,
): { readonly jobKey: JobKey; readonly launch: number } | undefined {
  if (!name.startsWith(`${prefix}-`)) return undefined;
  const parts = name.slice(prefix.length + 1).split("-");
  const [id, attempt, launch, ...rest] = parts.map(readCanonicalNumber);
  if (id === undefined || attempt === undefined || launch === undefined) return undefined;
  return rest.length === 0 ? { jobKey: jobKey({ id, attempt }), launch } : undefined;
}

// Only the spelling that `runnerName` writes: `007` or `1e3` would make two names of one runner.
function readCanonicalNumber(text: string): number | undefined {
  const value = Number(text);
  return Number.isSafeInteger(value) && String(value) === text ? value : undefined;
}
