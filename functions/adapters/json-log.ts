import type { Log, WriteLog } from "../core/log.ts";
import { type Measured, metricDimension, metricNamespace, metrics } from "../core/metrics.ts";

/**
 * Writes one JSON line an outcome; an error in the fields is reduced to its name, code and message.
 * What was measured is written in CloudWatch's embedded metric format, so that it costs no request:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createJsonLog(write: (line: string) => void): Log {
  const at =
    (level: keyof Log): WriteLog =>
    (message, fields, measured) => {
      const line = { level, message, ...fields, ...(measured && embed(measured)) };
      write(`${JSON.stringify(line, errorsAsFields)}\n`);
    };
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

function embed({ at, stack, figures }: Measured): Readonly<Record<string, unknown>> {
  const known = Object.entries(metrics).filter(([name]) => name in figures);
  if (known.length === 0) return {};
  const directive = {
    Namespace: metricNamespace,
    Dimensions: [[metricDimension]],
    Metrics: known.map(([name, { unit }]) => ({ Name: name, Unit: unit })),
  };
  return {
    [metricDimension]: stack,
    ...figures,
    _aws: { Timestamp: at, CloudWatchMetrics: [directive] },
  };
}

// Stack and cause stay out: they may carry what a server echoed.
function errorsAsFields(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const code = "code" in value ? value.code : undefined;
  return { name: value.name, code, message: value.message };
}
