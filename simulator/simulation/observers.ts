import type { EventBridgeEvent } from "../aws/events.ts";
import type { Job } from "../github/model.ts";
import type { Timeline } from "../timeline.ts";
import type { AnsweredCall, LogLine, Monitor, Webhook } from "./contract.ts";
import { createMeasures, type Measures } from "./measures.ts";
import { createTrace, type Trace } from "./trace.ts";

/** Hands on everything that happens: to the counts, to the trace, and to the monitor once there is one. */
export type Observers = {
  readonly measures: Measures;
  readonly trace: Trace;
  readonly attach: (monitor: Monitor) => void;
  readonly onCall: (call: AnsweredCall) => void;
  readonly onLog: (line: LogLine) => void;
  readonly onWebhook: (webhook: Webhook) => void;
  readonly onTask: (event: EventBridgeEvent) => void;
  readonly onJob: (job: Job) => void;
  readonly onSleep: (milliseconds: number) => void;
};

/** Observers of a run that has not begun; `traced` is the job whose story is kept. */
export function createObservers(timeline: Timeline, traced: number | undefined): Observers {
  const measures = createMeasures();
  const trace = createTrace(traced);
  const late: { monitor?: Monitor } = {};
  return {
    measures,
    trace,
    attach: (monitor) => {
      late.monitor = monitor;
    },
    onCall: (call) => {
      measures.onCall(call);
      trace.onCall(call);
      late.monitor?.onCall(call);
    },
    onLog: (line) => {
      measures.onLog(line);
      trace.onLog(line);
      late.monitor?.onLog(line);
    },
    onWebhook: (webhook) => {
      measures.onWebhook(webhook);
      trace.onWebhook(webhook);
      late.monitor?.onWebhook(webhook);
    },
    onTask: (event) => {
      trace.onTask(event, timeline.now());
      late.monitor?.onTask(event);
    },
    onJob: (job) => {
      measures.onJob(job, timeline.now());
      trace.onJob(job, timeline.now());
    },
    onSleep: (milliseconds) => {
      late.monitor?.onSleep(milliseconds);
    },
  };
}
