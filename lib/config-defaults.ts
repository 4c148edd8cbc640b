import { join } from "node:path";

import type { TornadeConfig } from "./config.ts";

/** What an operator gets who does not decide; lib/config.ts tells people the same. */
export const configDefaults: Required<
  Omit<TornadeConfig, "owners" | "runnerPrefix" | "secrets" | "env">
> = {
  publicRepositories: "refuse",
  forks: "refuse",
  launchLabel: "tornade",
  runnerScope: "organization",
  runnerGroupId: 1,
  gitHubUrl: "https://github.com",
  defaults: {},
  // From here, as tornade may be a package in somebody else's app.
  images: { default: { build: join(import.meta.dirname, "..", "runner-image") } },
  imageSchedule: "cron(0 4 ? * SUN *)",
  repositoryRoles: {},
  idleMinutes: 5,
  capacityDeadlineMinutes: 60,
  rerunInterrupted: [],
  refusalsPerHour: 20,
  checkRuns: false,
  maximumConcurrency: 10,
  network: {},
  alarms: {},
  dashboard: true,
  logRetentionDays: 30,
  retain: false,
  deletionProtection: false,
  tags: {},
  stackName: "tornade",
};
