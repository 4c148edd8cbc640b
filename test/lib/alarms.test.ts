import { describe, expect, it } from "vitest";

import { readArray, readObject } from "../../functions/core/read-json.ts";
import type { TornadeConfig } from "../../lib/config.ts";
import { place } from "./intrinsics.ts";
import { synthesize } from "./synthesize.ts";

const alarm = "AWS::CloudWatch::Alarm";
const topicArn = "arn:aws:sns:eu-west-1:123456789012:ci";

/** The one alarm whose id has this in it. */
function findAlarm(id: string, config: Partial<TornadeConfig> = {}) {
  return synthesize(config).find(alarm, new RegExp(id, "u")).properties;
}

/** What the queries of a metric's expression look at: metric, queue and statistic, by their names. */
function readOperands(id: string): Readonly<Record<string, string>> {
  const queries = readArray(findAlarm(id)["Metrics"], "Metrics").map((one) =>
    readObject(one, "it"),
  );
  const operands = queries.filter(({ MetricStat: stat }) => stat !== undefined);
  return Object.fromEntries(
    operands.map(({ Id: name, MetricStat: given }) => {
      const stat = readObject(given, "MetricStat");
      const metric = readObject(stat["Metric"], "Metric");
      const [dimension] = readArray(metric["Dimensions"], "Dimensions");
      const queue = String(readObject(dimension, "dimension")["Value"]).replace(".QueueName", "");
      return [String(name), `${String(stat["Stat"])} ${String(metric["MetricName"])} of ${queue}`];
    }),
  );
}

function readExpression(id: string): unknown {
  const queries = readArray(findAlarm(id)["Metrics"], "Metrics");
  return queries.map((one) => readObject(one, "it")["Expression"]).find((one) => one !== undefined);
}

describe("Alarms", () => {
  it("are few, and are called after the stack", () => {
    const names = synthesize({ stackName: "ci" })
      .ofType(alarm)
      .map(({ Properties }) => Properties["AlarmName"]);
    expect(names).toEqual([
      "ci-DeadLetters",
      "ci-DeadStateChanges",
      "ci-OldestMessage",
      "ci-Webhook",
      "ci-Reconcile",
      "ci-StuckJobs",
      "ci-GivenUpJobs",
      "ci-DeniedLaunches",
      "ci-GitHubBudget",
      "ci-UnbuiltImages",
      "ci-RunnerVersion",
    ]);
  });

  // SQS tells nothing of a queue that has been idle for hours, and a sum with it would tell nothing either.
  it.each([
    ["DeadLetters", /JobsDeadLetters/u],
    ["DeadStateChanges", /DeadStateChanges/u],
  ])("see a message in a dead-letter queue, whatever another one says: %s", (id, queue) => {
    const properties = findAlarm(`Alarms${id}`);
    expect(properties).not.toHaveProperty("Metrics");
    expect(properties).toMatchObject({
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Statistic: "Maximum",
      Period: 60,
      Threshold: 0,
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 1,
      TreatMissingData: "notBreaching",
    });
    const [dimension] = readArray(properties["Dimensions"], "Dimensions");
    expect(readObject(dimension, "dimension")["Value"]).toBe(
      `${synthesize().find("AWS::SQS::Queue", queue).id}.QueueName`,
    );
  });

  it("see a job that waits a minute for launch-runner, and not one that waits on purpose", () => {
    expect(findAlarm("OldestMessage")).toMatchObject({
      Threshold: 60,
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 2,
    });
    expect(readExpression("OldestMessage")).toBe("IF(visible > 0, age, 0)");
    const queue = synthesize().find("AWS::SQS::Queue", /Jobs(?!DeadLetters)/u).id;
    expect(readOperands("OldestMessage")).toEqual({
      visible: `Maximum ApproximateNumberOfMessagesVisible of ${queue}`,
      age: `Maximum ApproximateAgeOfOldestMessage of ${queue}`,
    });
  });

  it("see that GitHub is not answered, in two periods of five minutes", () => {
    expect(findAlarm("Webhook(?=[0-9A-F]{8}$)")).toMatchObject({
      Namespace: "AWS/ApiGateway",
      MetricName: "5xx",
      Dimensions: [{ Name: "ApiId", Value: synthesize().find("AWS::ApiGatewayV2::Api").id }],
      Statistic: "Sum",
      Period: 300,
      Threshold: 0,
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 2,
      TreatMissingData: "notBreaching",
    });
  });

  it("see that reconcile is silent, which tells nothing by itself then", () => {
    expect(findAlarm("Reconcile", { runnerPrefix: "eu" })).toMatchObject({
      Namespace: "tornade",
      MetricName: "StuckJobs",
      Dimensions: [{ Name: "Stack", Value: "eu" }],
      Statistic: "SampleCount",
      Period: 300,
      Threshold: 1,
      ComparisonOperator: "LessThanThreshold",
      EvaluationPeriods: 3,
      TreatMissingData: "breaching",
    });
  });

  it.each([
    ["StuckJobs", { MetricName: "StuckJobs", Statistic: "Maximum", Threshold: 0 }],
    ["GivenUpJobs", { MetricName: "GivenUpJobs", Statistic: "Sum", Threshold: 0 }],
    ["DeniedLaunches", { MetricName: "DeniedLaunches", Statistic: "Sum", Threshold: 0 }],
    ["GitHubBudget", { MetricName: "GitHubBudgetLeft", Statistic: "Minimum", Threshold: 20 }],
  ])("watch %s by what the functions write of this stack", (id, properties) => {
    expect(findAlarm(id, { runnerPrefix: "eu" })).toMatchObject({
      ...properties,
      Namespace: "tornade",
      Dimensions: [{ Name: "Stack", Value: "eu" }],
      ComparisonOperator: id === "GitHubBudget" ? "LessThanThreshold" : "GreaterThanThreshold",
      Period: 300,
      TreatMissingData: "notBreaching",
    });
  });

  it("tell of an image that cannot be built, unless the next try succeeds", () => {
    expect(findAlarm("UnbuiltImages")).toMatchObject({
      MetricName: "UnbuiltImages",
      Statistic: "Maximum",
      Threshold: 0,
      EvaluationPeriods: 3,
      Period: 300,
    });
  });

  it("warn two weeks before GitHub retires the runner of an image", () => {
    expect(findAlarm("RunnerVersion")).toMatchObject({
      MetricName: "RunnerVersionDaysLeft",
      Statistic: "Minimum",
      Threshold: 14,
      ComparisonOperator: "LessThanThreshold",
      Period: 86_400,
      TreatMissingData: "notBreaching",
    });
  });

  it("tell nobody unless the config says who", () => {
    const { ofType } = synthesize();
    expect(ofType("AWS::SNS::Topic")).toEqual([]);
    for (const { Properties } of ofType(alarm)) {
      expect(Properties).not.toHaveProperty("AlarmActions");
    }
  });

  it("tell a topic that exists, when they go off and when it is over", () => {
    const { ofType } = synthesize({ alarms: { topicArn } });
    expect(ofType("AWS::SNS::Topic")).toEqual([]);
    for (const { Properties } of ofType(alarm)) {
      expect(Properties).toMatchObject({ AlarmActions: [topicArn], OKActions: [topicArn] });
    }
  });

  it("tell an address by a topic that the account's alarms, and only they, may publish to", () => {
    const stack = synthesize({ alarms: { email: "ci@example.com" } });
    const topic = stack.find("AWS::SNS::Topic").id;
    expect(stack.find("AWS::SNS::Subscription").properties).toMatchObject({
      Protocol: "email",
      Endpoint: "ci@example.com",
    });
    const policy = JSON.stringify(stack.find("AWS::SNS::TopicPolicy").properties);
    expect(policy).toContain('"Service":"cloudwatch.amazonaws.com"');
    expect(policy).toContain(`"aws:SourceAccount":"${place.account}"`);
    expect(JSON.stringify(stack.ofType(alarm)[0])).toContain(topic);
  });
});
