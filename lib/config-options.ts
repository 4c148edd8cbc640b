import { RetentionDays } from "aws-cdk-lib/aws-logs";

import { settingNames } from "../functions/adapters/settings.ts";
import type { TornadeConfig } from "./config.ts";
import {
  type Check,
  type Checks,
  choice,
  flag,
  listOf,
  options,
  passing,
  recordOf,
  text,
  wholeNumber,
  withAtMost,
} from "./config-check.ts";
import { configDefaults } from "./config-defaults.ts";
import { runnerDefaultChecks } from "./config-runner-defaults.ts";
import { isSchedule } from "./config-schedule.ts";
import {
  alarmsChecks,
  environmentChecks,
  imageChecks,
  networkChecks,
  secretsChecks,
} from "./config-sections.ts";
import { setting } from "./config-setting.ts";

const retentionDays = Object.values(RetentionDays).filter(
  (days): days is number => typeof days === "number" && days !== RetentionDays.INFINITE,
);

const gitHubUrlPattern = /^https:\/\/(?!www\.)[a-z\d][a-z\d.-]*(?::\d+)?(?:\/api\/v3)?\/?$/iu;

const checks: Checks<TornadeConfig> = {
  owners: listOf(
    text(/^[a-z\d](?:[a-z\d_-]{0,98}[a-z\d])?$/iu, {
      allowed: "the login of an organization or user",
      advice: "write the part of the address behind github.com/, without repository",
    }),
    {
      allowed: "a list of at least one login",
      advice: "name whom tornade serves, as it serves nobody else",
    },
  ),
  publicRepositories: choice(["refuse", "allow"], "leave it out for 'refuse'"),
  forks: choice(["refuse", "allow"], "leave it out for 'refuse'"),
  launchLabel: setting(settingNames.launchLabel, "text", leaveOut("launchLabel")),
  runnerPrefix: setting(
    settingNames.runnerPrefix,
    "text",
    "leave it out for the name of the stack",
  ),
  runnerScope: choice(["organization", "repository"], leaveOut("runnerScope")),
  runnerGroupId: setting(
    settingNames.runnerGroupId,
    "a number",
    "take it from the address of the group's page at GitHub",
  ),
  gitHubUrl: passing(isGitHubUrl, {
    allowed: "an address like 'https://acme.ghe.com', without a path",
    advice: leaveOut("gitHubUrl"),
  }),
  defaults: options(runnerDefaultChecks),
  images: recordOf(
    text(/^[a-z\d][a-z\d_-]{0,39}$/iu, {
      allowed: "1 to 40 letters, digits, - and _",
      advice: "jobs write it behind image=",
    }),
    options(imageChecks),
  ),
  imageSchedule: passing(isSchedule, {
    allowed: "rate(<number> <unit>) or cron(<minute> <hour> <day> <month> <weekday> <year>)",
    advice: `leave it out for ${configDefaults.imageSchedule}`,
  }),
  repositoryRoles: recordOf(
    text(/^[\w.-]+\/[\w.-]+$/u, {
      allowed: "owner/name of a repository",
      advice: "write both parts",
    }),
    text(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/u, {
      allowed: "the ARN of a role",
      advice: "copy it from `aws iam get-role`",
    }),
  ),
  idleMinutes: setting(settingNames.idleMinutes, "a number", leaveOut("idleMinutes")),
  capacityDeadlineMinutes: setting(
    settingNames.capacityDeadline,
    "a number",
    leaveOut("capacityDeadlineMinutes"),
  ),
  rerunInterrupted: listOf(
    setting(settingNames.rerunRepositories, "text", "write owner/* for all of an owner"),
    { allowed: "a list of at least one repository", advice: "leave it out for none" },
  ),
  refusalsPerHour: setting(settingNames.refusalsPerHour, "a number", leaveOut("refusalsPerHour")),
  checkRuns: flag(leaveOut("checkRuns")),
  maximumConcurrency: wholeNumber({ least: 2, most: 1_000 }, leaveOut("maximumConcurrency")),
  network: options(networkChecks),
  secrets: options(secretsChecks),
  alarms: options(alarmsChecks),
  dashboard: flag(leaveOut("dashboard")),
  logRetentionDays: passing((value) => retentionDays.some((days) => days === value), {
    allowed: `one of ${retentionDays.join(", ")}`,
    advice: leaveOut("logRetentionDays"),
  }),
  retain: flag(leaveOut("retain")),
  deletionProtection: flag(leaveOut("deletionProtection")),
  tags: withAtMost(
    48,
    recordOf(
      text(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/iu, {
        allowed: "1 to 128 letters, digits, spaces and _.:/=+-@, not beginning with aws:",
        advice: "choose another name",
      }),
      text(/^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u, {
        allowed: "at most 256 letters, digits, spaces and _.:/=+-@",
        advice: "choose another value",
      }),
    ),
    "as AWS allows 50 and the stack adds tornade:stack and Name",
  ),
  // Hyphens as ECR has them, whose repository CloudFormation names after the stack.
  stackName: text(/^(?=.{1,128}$)[a-z](?:-?[a-z\d])*$/iu, {
    allowed: "1 to 128 letters and digits with single hyphens between them, a letter first",
    advice: leaveOut("stackName"),
  }),
  env: options(environmentChecks, ["account", "region"]),
};

/** The checks of all options, each by itself; findConflicts looks at several together. */
export const checkOptions: Check = options(checks, ["owners"]);

function leaveOut(name: keyof typeof configDefaults): string {
  return `leave it out for ${JSON.stringify(configDefaults[name])}`;
}

// What the pattern lets through may still have a port or an IP address that there cannot be.
function isGitHubUrl(value: unknown): boolean {
  return typeof value === "string" && gitHubUrlPattern.test(value) && URL.canParse(value);
}
