import { Schedule } from "aws-cdk-lib/aws-events";
import { describe, expect, it } from "vitest";

import { isSchedule } from "../../lib/config-schedule.ts";

describe("isSchedule", () => {
  it.each([
    "rate(1 day)",
    "rate(12 hours)",
    "rate(90 minutes)",
    "cron(0 4 ? * SUN *)",
    "cron(0/15 8-17 ? * mon-fri *)",
    "cron(0 0 1,15 * ? 2027-2030)",
    "cron(30 3 L * ? *)",
    "cron(30 3 15W * ? *)",
    "cron(30 3 ? JAN,JUL 3#2 *)",
    "cron(30 3 ? * 6L *)",
    Schedule.cron({ minute: "0", hour: "4", weekDay: "SUN" }).expressionString,
  ])("takes %s", (text) => {
    expect(isSchedule(text)).toBe(true);
  });

  it.each([
    ["something else", "weekly"],
    ["no text", 7],
    ["a rate of nothing", "rate(0 days)"],
    ["one of many", "rate(1 days)"],
    ["many of one", "rate(2 day)"],
    ["a unit that EventBridge has not", "rate(1 week)"],
    ["the five fields of Unix", "cron(0 4 * * SUN)"],
    ["a day named in both ways", "cron(0 4 1 * SUN *)"],
    ["a day named in neither way", "cron(0 4 ? * ? *)"],
    ["an hour that no day has", "cron(0 24 ? * SUN *)"],
    ["a minute below 0", "cron(-1 4 ? * SUN *)"],
    ["Sunday as 0", "cron(0 4 ? * 0 *)"],
    ["a month of no calendar", "cron(0 4 1 FEV ? *)"],
    ["a step of nothing", "cron(0/0 4 ? * SUN *)"],
    ["two steps", "cron(0/5/5 4 ? * SUN *)"],
    ["a range of three", "cron(0 1-2-3 ? * SUN *)"],
    ["an empty part", "cron(0, 4 ? * SUN *)"],
    ["text behind it", "rate(1 day) "],
  ])("does not take %s", (_, text) => {
    expect(isSchedule(text)).toBe(false);
  });
});
