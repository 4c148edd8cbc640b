import { type JobKey, jobKey } from "../../functions/core/job.ts";
import type { JobItem, Launch, RunnerItem } from "../../functions/core/ledger.ts";
import { costUntil } from "../../functions/core/measure.ts";
import { toProvidedSize } from "../../functions/core/provided-size.ts";
import { type ShownState, toShownState } from "../shown-state.ts";

/** One thing that happened to a job; milliseconds since the epoch. */
export type Step = { readonly at: number; readonly text: string };

/** One job as the page tells of it, by the ledger alone. Durations are milliseconds. */
export type JobView = {
  readonly key: JobKey;
  readonly name: string;
  readonly repository: string;
  readonly workflow: string;
  readonly labels: readonly string[];
  readonly state: ShownState;
  /** The provider of its newest launch, architecture and size; empty before the first launch. */
  readonly where: string;
  /** From queued to running, or so far. */
  readonly waited?: number;
  /** From running to completed, or so far. */
  readonly ran?: number;
  /** USD for all runners that were made for it, or so far. */
  readonly cost?: number;
  /** Why it waits, failed, or was refused. */
  readonly reason?: string;
  /** In how many milliseconds a waiting job is looked at again. */
  readonly lookedAtIn?: number;
  /** In the order of time. */
  readonly steps: readonly Step[];
};

/** What a job has come to by `now`, out of its row and those of the runners made for it. */
export function toJobView(item: JobItem, runners: readonly RunnerItem[], now: number): JobView {
  const { job, status, wakeAt } = item;
  const key = jobKey(job);
  const own = runners.filter(({ madeFor }) => madeFor === key);
  const reason = item.reason ?? item.refusal;
  const isWaiting = status === "parked" && wakeAt !== undefined;
  return {
    key,
    name: job.name,
    repository: job.repository.fullName,
    workflow: job.workflow,
    labels: job.labels,
    state: toShownState(item),
    where: toPlace(item),
    ...toDurations(item, now),
    ...toCosts(own, now),
    ...(reason === undefined ? {} : { reason }),
    ...(isWaiting ? { lookedAtIn: Math.max(0, wakeAt - now) } : {}),
    steps: toSteps(item, own),
  };
}

function toPlace({ launches, spec }: JobItem): string {
  const provider = launches.at(-1)?.provider;
  if (provider === undefined) return "";
  const { cpu, memory } = toProvidedSize(spec, provider) ?? spec;
  return `${provider} ${spec.architecture} ${cpu} vCPU ${memory} GiB`;
}

function toDurations({ times, status }: JobItem, now: number): Pick<JobView, "waited" | "ran"> {
  const { queued, started, completed } = times;
  const end = completed ?? (status === "failed" ? undefined : now);
  return {
    ...toDuration("waited", queued, started ?? end),
    ...toDuration("ran", started, end),
  };
}

function toDuration(name: "waited" | "ran", from: number | undefined, to: number | undefined) {
  // Both may be by other clocks.
  return from === undefined || to === undefined ? {} : { [name]: Math.max(0, to - from) };
}

function toCosts(runners: readonly RunnerItem[], now: number): Pick<JobView, "cost"> {
  const costs = runners
    .map((runner) => costUntil(runner, runner.ended?.at ?? now))
    .filter((cost) => cost !== undefined);
  return costs.length === 0 ? {} : { cost: costs.reduce((sum, cost) => sum + cost, 0) };
}

function toSteps(item: JobItem, own: readonly RunnerItem[]): readonly Step[] {
  const { times, launches, conclusion, runnerName } = item;
  return [
    ...toStep(times.queued, "queued at GitHub"),
    ...toStep(times.received, "received by tornade"),
    ...toStep(times.refused, "refusal began"),
    ...launches.flatMap((launch) => toStep(launch.at, describeLaunch(launch))),
    ...toStep(times.launched, "launch accepted"),
    ...own.flatMap(({ name, ended }) => toStep(ended?.at, `${name} ended: ${ended?.reason}`)),
    ...toStep(times.started, `running on ${runnerName ?? "an unknown runner"}`),
    ...toStep(times.completed, `completed: ${conclusion ?? "without a conclusion"}`),
  ].toSorted((one, other) => one.at - other.at);
}

function toStep(at: number | undefined, text: string): readonly Step[] {
  return at === undefined ? [] : [{ at, text }];
}

function describeLaunch({ number, provider, outcome, reason }: Launch): string {
  const failure = outcome === "not-started" ? ` failed: ${reason ?? "no reason given"}` : "";
  return `launch ${number} on ${provider}${failure}`;
}
