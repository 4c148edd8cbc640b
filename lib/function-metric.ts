import { Duration } from "aws-cdk-lib";
import { Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";

import { metricDimension, type MetricName, metricNamespace } from "../functions/core/metrics.ts";

/** How one of the functions' own metrics is looked at. */
export type FunctionMetricOptions = Pick<MetricOptions, "statistic" | "label"> & {
  /** @default - 5 minutes */
  readonly period?: Duration;
};

/** One of the metrics that a stack's functions write with their log lines. */
export function createFunctionMetric(
  stack: string,
  metricName: MetricName,
  { period = Duration.minutes(5), ...options }: FunctionMetricOptions,
): Metric {
  return new Metric({
    namespace: metricNamespace,
    dimensionsMap: { [metricDimension]: stack },
    metricName,
    period,
    ...options,
  });
}
