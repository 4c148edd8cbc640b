/** How long the steps of a task's life take, in milliseconds. */
export type EcsLatency = {
  readonly provisioning: number;
  readonly pending: number;
  readonly pull: number;
  readonly start: number;
  readonly deprovisioning: number;
  /** From RunTask until ListTasks shows the task: the real one lags, by nobody knows how much. */
  readonly listed: number;
};

/** A small image on Fargate: about 30 seconds from RunTask to RUNNING. */
export const defaultEcsLatency: EcsLatency = {
  provisioning: 8000,
  pending: 4000,
  pull: 16_000,
  start: 2000,
  deprovisioning: 10_000,
  listed: 0,
};
