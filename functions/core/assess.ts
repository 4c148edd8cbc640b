import type { Assessment } from "./decision.ts";
import type { Job } from "./job.ts";
import { toLadder } from "./label-values.ts";
import { type LabelOptions, readLabels, type RunnerSpec } from "./labels.ts";

/** Who may have runners, and what labels may ask for. */
export type AssessOptions = LabelOptions & {
  /** Logins of the owners served, in any case; nobody else is, so none means nobody. */
  readonly owners: readonly string[];
  readonly publicRepositories: "refuse" | "allow";
};

/**
 * What is to be done about a job: policy first, then labels. Policy ignores rather than refuses: a
 * refusal starts a runner, and a repository that is shut out must not be able to start any.
 */
export function assess(job: Job, options: AssessOptions): Assessment {
  const shutOut = findShutOut(job, options);
  if (shutOut !== undefined) return { kind: "ignore", reason: shutOut };
  const reading = readLabels(job.labels, options);
  if (reading.kind !== "refuse") return reading;
  return { ...reading, spec: toDefaultSpec(options) };
}

function findShutOut(
  { repository }: Job,
  { owners, publicRepositories }: AssessOptions,
): string | undefined {
  const owner = repository.owner.toLowerCase();
  if (!owners.some((allowed) => allowed.toLowerCase() === owner)) return "owner is not allowed";
  if (repository.private || publicRepositories === "allow") return undefined;
  return "public repositories are not allowed";
}

function toDefaultSpec({ defaults: { runsOn, ...asked } }: LabelOptions): RunnerSpec {
  return { ...asked, rungs: toLadder(runsOn) };
}
