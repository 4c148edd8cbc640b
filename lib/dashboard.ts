import { Aws, Duration } from "aws-cdk-lib";
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  Stats,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Function } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import type { MetricName } from "../functions/core/metrics.ts";
import { createFunctionMetric } from "./function-metric.ts";
import { logQueries } from "./log-queries.ts";

/** What is shown. */
export interface DashboardProps {
  readonly stackName: string;
  /** Whose metrics are shown. */
  readonly runnerPrefix: string;
  readonly queue: IQueue;
  /** By what they are called on the dashboard. */
  readonly deadLetterQueues: Readonly<Record<string, IQueue>>;
  /** The functions by their names. */
  readonly functions: Readonly<Record<string, Function>>;
}

/** How the stack does, on one page: the jobs first, then what serves them, then what it costs. */
export class Dashboard extends Construct {
  private readonly props: DashboardProps;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    this.props = props;
    new CloudWatchDashboard(this, "Resource", {
      // One name space for all regions of an account.
      dashboardName: `${props.stackName}-${Aws.REGION}`,
      defaultInterval: Duration.days(1),
      widgets: [this.showJobs(), this.showQueues(), this.showFunctions(), this.showCost()],
    });
  }

  private showJobs(): GraphWidget[] {
    const percentiles = [50, 90, 99].map((percentile) =>
      this.measure("QueueToStart", Stats.percentile(percentile), `p${percentile}`),
    );
    const counts = (
      [
        "Launches",
        "Refusals",
        "ShutOut",
        "Replacements",
        "Interruptions",
        "StuckJobs",
        "GivenUpJobs",
        "DeniedLaunches",
      ] as const
    ).map((name) => this.measure(name, name === "StuckJobs" ? Stats.MAXIMUM : Stats.SUM, name));
    return [
      graph("From queued to start, ms", percentiles),
      graph("Runners and jobs, in five minutes", counts),
    ];
  }

  private showQueues(): GraphWidget[] {
    const { queue, deadLetterQueues } = this.props;
    const deadLetters = Object.entries(deadLetterQueues).map(([label, dead]) =>
      dead.metricApproximateNumberOfMessagesVisible({ label, statistic: Stats.MAXIMUM }),
    );
    const oldest = queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM });
    const left = this.measure("GitHubBudgetLeft", Stats.MINIMUM, "left");
    return [
      graph("Oldest message, seconds", [oldest], { width: 8 }),
      graph("Dead letters", deadLetters, { width: 8 }),
      graph("GitHub's requests left, %", [left], {
        width: 8,
        leftYAxis: { min: 0, max: 100 },
      }),
    ];
  }

  private showFunctions(): GraphWidget[] {
    const functions = Object.entries(this.props.functions);
    const errors = functions.map(([label, it]) => it.metricErrors({ label }));
    const durations = functions.map(([label, it]) =>
      it.metricDuration({ label, statistic: Stats.percentile(99) }),
    );
    return [graph("Errors", errors), graph("Duration p99, ms", durations)];
  }

  private showCost(): (GraphWidget | LogQueryWidget)[] {
    const { lines, name } = logQueries.cost;
    const logGroups = Object.values(this.props.functions).map(({ logGroup }) => logGroup);
    const cost = createFunctionMetric(this.props.runnerPrefix, "RunnerCost", {
      statistic: Stats.SUM,
      label: "all repositories",
      period: Duration.days(1),
    });
    return [
      graph("Cost per day, USD", [cost]),
      new LogQueryWidget({
        title: `${name}, USD`,
        logGroupNames: logGroups.map(({ logGroupName }) => logGroupName),
        queryLines: [...lines],
        view: LogQueryVisualizationType.TABLE,
        width: 12,
      }),
    ];
  }

  private measure(name: MetricName, statistic: string, label: string): IMetric {
    return createFunctionMetric(this.props.runnerPrefix, name, { statistic, label });
  }
}

function graph(title: string, left: IMetric[], options: GraphWidgetProps = {}): GraphWidget {
  return new GraphWidget({ title, left, width: 12, ...options });
}
