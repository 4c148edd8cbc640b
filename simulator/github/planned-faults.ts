import type { Job, Runner } from "./model.ts";

/** One delivery of an event: how much later than usual, and with what amiss. */
export type Sending = {
  readonly delayMilliseconds?: number;
  /** Another GUID than the event's: the same news told twice. */
  readonly withNewGuid?: boolean;
  /** What the payload says instead of the installation that is meant. */
  readonly installationId?: number;
};

/** An event on its way to the webhook. */
export type Departure = { readonly jobId: number | undefined; readonly action: string };

/** What goes wrong inside GitHub, set from outside. */
export type PlannedFaults = {
  /** The deliveries that GitHub makes of an event; none, and nothing of it is ever recorded. */
  planDeliveries: (departure: Departure) => readonly Sending[];
  /** Whether a job's message never reaches its runner: after 60 seconds the job is queued again. */
  losesMessage: (job: Job) => boolean;
  /**
   * Whether a job's message never reaches its runner, and GitHub does not notice: queued for ever.
   * https://github.com/actions/runner/issues/4598
   */
  bindsForGood: (job: Job, runner: Runner) => boolean;
};

/** GitHub as it is meant to be. */
export function createPlannedFaults(): PlannedFaults {
  return { planDeliveries: () => [{}], losesMessage: () => false, bindsForGood: () => false };
}
