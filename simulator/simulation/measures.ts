import type { Job } from "../github/model.ts";
import type { AnsweredCall, LogLine, Webhook } from "./contract.ts";

/** What was counted over a run. */
export type Figures = {
  /** Completed jobs by how they ended; `refused` is a failure that its labels caused. */
  readonly ends: Readonly<Record<string, number>>;
  /** Launches that ECS or CodeBuild accepted. */
  readonly launches: number;
  /** Those of them for whose job another one had been accepted before. */
  readonly relaunches: number;
  /** By service and operation, of all functions but reconcile. */
  readonly calls: Readonly<Record<string, number>>;
  /** Those of reconcile, which depend on the minutes that pass more than on the jobs. */
  readonly reconcileCalls: Readonly<Record<string, number>>;
  /** By message. */
  readonly logLines: Readonly<Record<string, number>>;
  /** Simulated milliseconds. */
  readonly webhookToLaunch: Percentiles;
  readonly queuedToRunning: Percentiles;
};

/** Half of the values, and all but a hundredth of them, are not larger; 0 where there are none. */
export type Percentiles = { readonly p50: number; readonly p99: number };

/** Counts while a run goes on. */
export type Measures = {
  readonly onCall: (call: AnsweredCall) => void;
  readonly onLog: (line: LogLine) => void;
  readonly onWebhook: (webhook: Webhook) => void;
  readonly onJob: (job: Job, at: number) => void;
  /** The jobs that have not ended, by id. */
  readonly open: ReadonlySet<number>;
  /** How many jobs have ended. */
  readonly ended: () => number;
  readonly figures: () => Figures;
};

type Counting = {
  readonly ends: Map<string, number>;
  readonly calls: Map<string, number>;
  readonly reconcileCalls: Map<string, number>;
  readonly logLines: Map<string, number>;
  readonly open: Set<number>;
  /** When a job was queued last, and when the first webhook about that came, by its id. */
  readonly queuedAt: Map<number, number>;
  readonly toldAt: Map<number, number | undefined>;
  /** Open jobs that a launch was accepted for. */
  readonly launched: Set<number>;
  readonly webhookToLaunch: number[];
  readonly queuedToRunning: number[];
  launches: number;
  relaunches: number;
};

/** Nothing has been counted yet. */
export function createMeasures(): Measures {
  const counting = createCounting();
  return {
    open: counting.open,
    ended: () => [...counting.ends.values()].reduce((sum, jobs) => sum + jobs, 0),
    onCall: (call) => {
      const { calls, reconcileCalls } = counting;
      const counts = call.who.function === "reconcile" ? reconcileCalls : calls;
      count(counts, `${call.service} ${call.name}`);
      if (isAcceptedLaunch(call)) countLaunch(counting, call);
    },
    onLog: ({ text }) => {
      const [, message = ""] = /"message":"([^"]*)"/u.exec(text) ?? [];
      count(counting.logLines, message);
    },
    onWebhook: ({ at, request }) => {
      if (!request.body.startsWith('{"action":"queued"')) return;
      const [, id] = /"workflow_job":\{"id":(\d+)/u.exec(request.body) ?? [];
      const { open, toldAt } = counting;
      if (open.has(Number(id)) && !toldAt.has(Number(id))) toldAt.set(Number(id), at);
    },
    onJob: (job, at) => {
      countJob(counting, job, at);
    },
    figures: () => toFigures(counting),
  };
}

function createCounting(): Counting {
  return {
    ends: new Map(),
    calls: new Map(),
    reconcileCalls: new Map(),
    logLines: new Map(),
    open: new Set(),
    queuedAt: new Map(),
    toldAt: new Map(),
    launched: new Set(),
    webhookToLaunch: [],
    queuedToRunning: [],
    launches: 0,
    relaunches: 0,
  };
}

function toFigures(counting: Counting): Figures {
  return {
    ends: toRecord(counting.ends),
    launches: counting.launches,
    relaunches: counting.relaunches,
    calls: toRecord(counting.calls),
    reconcileCalls: toRecord(counting.reconcileCalls),
    logLines: toRecord(counting.logLines),
    webhookToLaunch: toPercentiles(counting.webhookToLaunch),
    queuedToRunning: toPercentiles(counting.queuedToRunning),
  };
}

function countJob(counting: Counting, job: Job, at: number): void {
  const { open, queuedAt, toldAt, launched, queuedToRunning, ends } = counting;
  const { id, status } = job;
  if (status === "completed") {
    count(ends, endOf(job));
    for (const known of [open, queuedAt, toldAt, launched]) known.delete(id);
    return;
  }
  open.add(id);
  if (status === "queued") queuedAt.set(id, at);
  if (status === "waiting" || status === "pending") toldAt.delete(id);
  if (status !== "in_progress") return;
  const queued = queuedAt.get(id);
  if (queued !== undefined) queuedToRunning.push(at - queued);
  queuedAt.delete(id);
}

function endOf({ conclusion, annotations, runner }: Job): string {
  if (annotations.some((annotation) => annotation.startsWith("tornade:"))) return "refused";
  if (conclusion === "cancelled" && runner === null) return "cancelled before it ran";
  if (conclusion === "failure" && annotations.length > 0) return "failure of its machine";
  return conclusion ?? "";
}

function isAcceptedLaunch({ name, answer }: AnsweredCall): boolean {
  if (answer?.status !== 200) return false;
  return name === "StartBuild" || (name === "RunTask" && answer.body.includes('"taskArn"'));
}

function countLaunch(counting: Counting, { request, at }: AnsweredCall): void {
  const { launched, toldAt, webhookToLaunch } = counting;
  const [, name] = /-(\d+)-\d+-\d+"/u.exec(request.body) ?? [];
  const id = Number(name);
  counting.launches += 1;
  if (launched.has(id)) counting.relaunches += 1;
  launched.add(id);
  const told = toldAt.get(id);
  if (told === undefined) return;
  webhookToLaunch.push(at - told);
  // Only the first launch counts here: later ones are repairs.
  toldAt.set(id, undefined);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function toRecord(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].toSorted(([, one], [, other]) => other - one));
}

function toPercentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
