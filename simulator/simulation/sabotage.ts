import type { WorldOptions } from "../world.ts";
import type { invariants } from "./bounds.ts";
import { githubSabotages } from "./sabotage-github.ts";
import { launchSabotages } from "./sabotage-launch.ts";
import { ledgerSabotages } from "./sabotage-ledger.ts";
import { queueSabotages } from "./sabotage-queue.ts";

/** One rule of tornade switched off from outside, to see whether it is missed. */
export type Sabotage = {
  /** What no longer holds, in one sentence. */
  readonly rule: string;
  /** The invariants of which at least one is to notice. */
  readonly noticedBy: readonly (keyof typeof invariants)[];
  /** The faults, as `--faults` takes them, in whose presence the rule is needed. */
  readonly faults: string;
  /** Fresh for every run. */
  readonly apply: (options: WorldOptions) => WorldOptions;
};

/** All sabotages, by the name that `--sabotage` takes. */
export const sabotages: Readonly<Record<string, Sabotage>> = {
  ...ledgerSabotages,
  ...queueSabotages,
  ...launchSabotages,
  ...githubSabotages,
};
