import type { Delivery, Job, Runner } from "./model.ts";

/** Told of every change at the moment it happens; what it is told it must not change. */
export type Watcher = {
  readonly onJob: (job: Job) => void;
  /** A runner that was registered, changed, or dropped (then as it was last). */
  readonly onRunner: (runner: Runner, change: "registered" | "changed" | "dropped") => void;
  /** A webhook that was answered, or not, as GitHub records it. */
  readonly onDelivery?: (delivery: Delivery) => void;
};
