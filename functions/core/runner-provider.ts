import type { RunnerSpec } from "./labels.ts";
import type { ProviderName } from "./provider.ts";

/** What a provider needs to start one runner. */
export type LaunchRequest = {
  readonly runnerName: string;
  readonly provider: ProviderName;
  /** `owner/name`: decides which role the runner has, if any. */
  readonly repository: string;
  readonly spec: RunnerSpec;
  /** The single-use secret of the runner: never logged, never stored. */
  readonly encodedJitConfig: string;
  /** In this order: the runner's name comes first. */
  readonly environment: Readonly<Record<string, string>>;
  /** For people and bills: repository, run, job. Sanitised by the provider. */
  readonly tags: Readonly<Record<string, string>>;
};

/**
 * Why nothing was started, or that nobody knows.
 * `no-capacity`, `quota` and `denied`: try the next rung, then wait; of what is denied an operator must
 * mend the cause. `throttled`: wait. `invalid`: the next rung, and no wait after the last one, as this
 * request can never succeed. `unknown`: it may have started.
 */
export type LaunchFailure = {
  readonly kind: "no-capacity" | "quota" | "throttled" | "denied" | "invalid" | "unknown";
  readonly message: string;
};

/** What became of one launch. */
export type LaunchOutcome =
  | { readonly kind: "started"; readonly computeId: string }
  | LaunchFailure;

/** Where a runner runs. */
export type Compute = {
  readonly computeId: string;
  /** How far it is; left out as long as it may wait for hours, and where that is not told. */
  readonly stage?: ComputeStage;
};

/** What a build or container does with its runner, and since when, in milliseconds since the epoch. */
export type ComputeStage = {
  readonly name: "preparing" | "running" | "ending";
  readonly since: number;
};

/** What is known of a runner that is looked for. */
export type SoughtRunner = {
  readonly name: string;
  /** Task ARN or build id, where the launch was recorded. */
  readonly computeId?: string;
  /** When the launch was decided, in milliseconds since the epoch: what is older is not it. */
  readonly launchedAt?: number;
};

/** Starts, finds and stops runners on one kind of compute. Expected failures are values. */
export interface RunnerProvider {
  launch(request: LaunchRequest): Promise<LaunchOutcome>;
  /** The compute of the runner, where that is alive or still starting. */
  find(runner: SoughtRunner): Promise<Compute | undefined>;
  /** Stops it; one that is gone already is no error. */
  stop(computeId: string, reason: string): Promise<void>;
}

/** The compiler lists every place that a new provider must be added to. */
export type RunnerProviders = Readonly<Record<ProviderName, RunnerProvider>>;
