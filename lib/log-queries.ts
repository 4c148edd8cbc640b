/** A question to the functions' logs, in the language of Logs Insights. */
export type LogQuery = { readonly name: string; readonly lines: readonly string[] };

/** What an operator asks the runners' own logs; the fields are those that the image writes. */
export const runnerQuery = {
  name: "How did runners end",
  lines: [
    'filter message = "runner ended"',
    "fields @timestamp, runnerName, reason, exitCode, result, @logStream",
    "sort @timestamp desc",
  ],
} as const satisfies LogQuery;

/** What an operator asks; the fields are those that the functions write. */
export const logQueries = {
  wait: {
    name: "Why did my job wait",
    // The number is in the address of the job's page at GitHub.
    lines: [
      "filter jobId = 12345678901",
      "fields @timestamp, message, status, reason, provider, runnerName",
      "sort @timestamp asc",
    ],
  },
  slowest: {
    name: "Slowest starts",
    lines: [
      "filter ispresent(QueueToStart)",
      "fields @timestamp, QueueToStart / 1000 as seconds, repository, jobId, provider",
      "sort seconds desc",
      "limit 50",
    ],
  },
  failures: {
    name: "Failures by reason",
    lines: [
      'filter level = "error" or ispresent(Refusals) or ispresent(Replacements)',
      "stats count(*) as lines by message, coalesce(reason, error.message) as why",
      "sort lines desc",
    ],
  },
  cost: {
    name: "Cost per day by repository",
    lines: [
      "filter ispresent(RunnerCost)",
      "fields datefloor(@timestamp, 1d) as day",
      "stats sum(RunnerCost) as USD, count(*) as runners by day, repository",
      "sort day desc, USD desc",
    ],
  },
} as const satisfies Record<string, LogQuery>;
