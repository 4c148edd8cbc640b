/** Every figure that the functions write with their log lines; dashboard, alarms and docs name no other. */
export const metrics = {
  QueueToStart: {
    unit: "Milliseconds",
    meaning:
      "from GitHub's `queued` to the start of the job, once a job; refused jobs do not count",
  },
  QueueToLaunch: {
    unit: "Milliseconds",
    meaning: "from GitHub's `queued` until the job's first runner was asked for, once a job",
  },
  Launches: { unit: "Count", meaning: "runners that were started" },
  Refusals: {
    unit: "Count",
    meaning: "jobs that are told in their own log why they are not served",
  },
  ShutOut: {
    unit: "Count",
    meaning: "`queued` deliveries of repositories that the policy shuts out; nothing is started",
  },
  Replacements: {
    unit: "Count",
    meaning: "runners that ended, or were given up, before their job began",
  },
  Interruptions: { unit: "Count", meaning: "runners whose Spot capacity was taken back" },
  StuckJobs: {
    unit: "Count",
    meaning:
      "jobs that were due for ten minutes and nothing handled, or that wait too long as GitHub does not answer",
  },
  GivenUpJobs: {
    unit: "Count",
    meaning:
      "jobs for which no runner could be started, not even one that tells so, or that are bound to a dead one",
  },
  DeniedLaunches: {
    unit: "Count",
    meaning: "launches that AWS refused for a reason that somebody has to see to",
  },
  GitHubBudgetLeft: {
    unit: "Percent",
    meaning: "the smallest share of its requests that GitHub said was left, in one invocation",
  },
  UnbuiltImages: {
    unit: "Count",
    meaning:
      "images whose content cannot be built: runners start from what was built before, if anything",
  },
  RunnerVersionDaysLeft: {
    unit: "None",
    meaning:
      "days until GitHub gives no more jobs to the runners of our images; hourly while there are jobs, once it has set a day",
  },
  RunnerCost: { unit: "None", meaning: "what a runner cost in USD, told at its end" },
} as const;

export type MetricName = keyof typeof metrics;

/** Figures by the metric that they are values of. */
export type Figures = Readonly<Partial<Record<MetricName, number>>>;

/** The figures of one log line: whose they are, and of which time (milliseconds since the epoch). */
export type Measured = {
  readonly at: number;
  /** What the runners' names begin with: tells two stacks in one account apart. */
  readonly stack: string;
  readonly figures: Figures;
};

/** Where the metrics are in CloudWatch; each value of the dimension makes as many more of them as there are above. */
export const metricNamespace = "tornade";
export const metricDimension = "Stack";
