import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  MathExpression,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import { createAlarmTopic } from "./alarm-topic.ts";
import type { AlarmsConfig } from "./config.ts";
import { createFunctionMetric } from "./function-metric.ts";

/** What is watched, and who is told. */
export interface AlarmsProps {
  /** What the names of the alarms begin with. */
  readonly stackName: string;
  /** Whose metrics are watched. */
  readonly runnerPrefix: string;
  readonly queue: IQueue;
  /** By the names of their alarms. */
  readonly deadLetterQueues: Readonly<Record<string, IQueue>>;
  /** What GitHub delivers to. */
  readonly api: HttpApi;
  readonly notify: AlarmsConfig;
}

type AlarmOptions = Pick<AlarmProps, "metric" | "threshold" | "alarmDescription"> &
  Partial<Pick<AlarmProps, "comparisonOperator" | "evaluationPeriods" | "treatMissingData">>;

/** What a person has to know of at once; docs/observability.md says what to do about each. */
export class Alarms extends Construct {
  private readonly props: AlarmsProps;
  private readonly topic: ITopic | undefined;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.props = props;
    this.topic = createAlarmTopic(this, props.notify);
    this.watchDeadLetters();
    this.watchQueue();
    this.watchWebhook();
    this.watchReconcile();
    this.watchJobs();
    this.watchGitHub();
    this.watchImages();
  }

  // Each by itself: SQS tells nothing of a queue that was idle for six hours, and a sum with nothing is nothing.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
  private watchDeadLetters(): void {
    const options = { period: Duration.minutes(1), statistic: Stats.MAXIMUM };
    for (const [id, queue] of Object.entries(this.props.deadLetterQueues)) {
      this.addAlarm(id, {
        alarmDescription: "Messages failed every retry",
        metric: queue.metricApproximateNumberOfMessagesVisible(options),
        threshold: 0,
      });
    }
  }

  // Messages that wait on purpose are delayed, not visible, and may grow old.
  private watchQueue(): void {
    const { queue } = this.props;
    const options = { period: Duration.minutes(1), statistic: Stats.MAXIMUM };
    this.addAlarm("OldestMessage", {
      alarmDescription: "The oldest message waits, in seconds: launch-runner fails or is too slow",
      metric: new MathExpression({
        expression: "IF(visible > 0, age, 0)",
        usingMetrics: {
          visible: queue.metricApproximateNumberOfMessagesVisible(options),
          age: queue.metricApproximateAgeOfOldestMessage(options),
        },
        period: Duration.minutes(1),
        label: "oldest message",
      }),
      threshold: 60,
      evaluationPeriods: 2,
    });
  }

  // Some are made good by reconcile, which has GitHub deliver again what was not answered.
  private watchWebhook(): void {
    this.addAlarm("Webhook", {
      alarmDescription: "receive-webhook has failed for ten minutes: jobs come late",
      metric: this.props.api.metricServerError({
        period: Duration.minutes(5),
        statistic: Stats.SUM,
      }),
      threshold: 0,
      evaluationPeriods: 2,
    });
  }

  // What repairs everything else has to be seen from outside: each pass that could read the ledger
  // tells of stuck jobs, and were it only that there are none.
  private watchReconcile(): void {
    this.addAlarm("Reconcile", {
      alarmDescription: "reconcile has not done its work for a quarter of an hour",
      metric: createFunctionMetric(this.props.runnerPrefix, "StuckJobs", {
        statistic: Stats.SAMPLE_COUNT,
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  private watchJobs(): void {
    const { runnerPrefix } = this.props;
    this.addAlarm("StuckJobs", {
      alarmDescription: "Jobs are due and nothing handles them, or GitHub does not answer for them",
      metric: createFunctionMetric(runnerPrefix, "StuckJobs", { statistic: Stats.MAXIMUM }),
      threshold: 0,
    });
    this.addAlarm("GivenUpJobs", {
      alarmDescription: "Jobs are given up: no runner can be started for them, not even to tell so",
      metric: createFunctionMetric(runnerPrefix, "GivenUpJobs", { statistic: Stats.SUM }),
      threshold: 0,
    });
    // A job that gets its runner elsewhere, or waits for an hour, would hide it.
    this.addAlarm("DeniedLaunches", {
      alarmDescription: "AWS refuses to start runners until somebody allows it",
      metric: createFunctionMetric(runnerPrefix, "DeniedLaunches", { statistic: Stats.SUM }),
      threshold: 0,
    });
  }

  private watchGitHub(): void {
    const { runnerPrefix } = this.props;
    this.addAlarm("GitHubBudget", {
      alarmDescription: "Less than 20 % of an hour's requests to GitHub are left",
      metric: createFunctionMetric(runnerPrefix, "GitHubBudgetLeft", { statistic: Stats.MINIMUM }),
      threshold: 20,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    });
  }

  private watchImages(): void {
    this.addAlarm("UnbuiltImages", {
      alarmDescription: "An image cannot be built: runners start from what was built before",
      metric: createFunctionMetric(this.props.runnerPrefix, "UnbuiltImages", {
        statistic: Stats.MAXIMUM,
      }),
      threshold: 0,
      // A first try may fail for a reason that is gone with the next.
      evaluationPeriods: 3,
    });
    const metric = createFunctionMetric(this.props.runnerPrefix, "RunnerVersionDaysLeft", {
      statistic: Stats.MINIMUM,
      // Measured by the hour, and only while there are jobs.
      period: Duration.days(1),
    });
    this.addAlarm("RunnerVersion", {
      alarmDescription: "In less than 14 days GitHub gives no more jobs to the runners of an image",
      metric,
      threshold: 14,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    });
  }

  private addAlarm(id: string, { alarmDescription, ...options }: AlarmOptions): void {
    const alarm = new Alarm(this, id, {
      // It is in the mail, and often the first that somebody reads of it.
      alarmDescription: `${alarmDescription}; what to do: docs/observability.md#alarms`,
      alarmName: `${this.props.stackName}-${id}`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      // Where nothing happens nothing is measured.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...options,
    });
    if (this.topic === undefined) return;
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}
