import type { Assessment } from "./decision.ts";
import type { Job } from "./job.ts";
import { type LabelOptions, readLabels, type RunnerSpec } from "./labels.ts";
import { whyShutOut, type Policy } from "./policy.ts";

/** Who may have runners, and what labels may ask for. */
export type AssessOptions = LabelOptions &
  Policy & {
    /** The runner that tells a job it is refused. */
    readonly refusalSpec: RunnerSpec;
  };

/**
 * What is to be done about a job: policy first, then labels. Policy ignores rather than refuses: a
 * refusal starts a runner, and a repository that is shut out must not be able to start any.
 */
export function assess(job: Job, options: AssessOptions): Assessment {
  const shutOut = whyShutOut(job.repository, options);
  if (shutOut !== undefined) return { kind: "ignore", reason: shutOut, isShutOut: true };
  const reading = readLabels(job.labels, options);
  if (reading.kind !== "refuse") return reading;
  return { ...reading, spec: options.refusalSpec };
}
