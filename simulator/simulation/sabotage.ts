import type { WorldOptions } from "../world.ts";
import type { invariants } from "./bounds.ts";
import {
  deregisterNothing,
  logRequests,
  requestNothingAgain,
  rerunNothing,
  reuseJitConfigs,
  stopTheBusy,
  waitTogether,
} from "./sabotage-github.ts";
import {
  idleForEver,
  mistakeLaunches,
  pinTokens,
  renewTokens,
  settleNothing,
  stopNothing,
} from "./sabotage-launch.ts";
import {
  claimNothing,
  forgetInterruptions,
  rememberNothing,
  sweepNothing,
  wakeNothing,
} from "./sabotage-ledger.ts";
import {
  acknowledgeAll,
  answerTooSoon,
  followNothing,
  ignoreCancellation,
  keyByDelivery,
  rebindNothing,
  sleepInHandler,
  spoilBatches,
} from "./sabotage-queue.ts";

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
  "no-claim": {
    rule: "a row is written only if nobody else wrote it meanwhile",
    noticedBy: ["token", "oneRunner", "launches", "jitConfig", "idle"],
    faults: "queue,webhook-told-twice",
    apply: claimNothing,
  },
  "no-memory": {
    rule: "what was decided is written down before it is done",
    noticedBy: ["token", "idle", "oneRunner", "launches", "served"],
    faults: "webhook-told-twice",
    apply: rememberNothing,
  },
  "no-sweep": {
    rule: "what is owed or overdue is looked at again every minute",
    noticedBy: ["debt", "served", "registration"],
    faults: "killed-after,session-conflict,github-unavailable",
    apply: sweepNothing,
  },
  "no-wake": {
    rule: "a row says when it wants to be looked at",
    noticedBy: ["debt", "served", "registration"],
    faults: "killed-after,session-conflict,github-unavailable",
    apply: wakeNothing,
  },
  "new-token-on-retry": {
    rule: "a request that is repeated has the token of the first",
    noticedBy: ["oneRunner", "jitConfig", "launches"],
    faults: "launch-answer-lost",
    apply: renewTokens,
  },
  "pinned-token": {
    rule: "every launch has a token of its own",
    noticedBy: ["token", "served"],
    faults: "launch-throttled,no-capacity,spot-before",
    apply: pinTokens,
  },
  "no-settling": {
    rule: "the runner of an earlier launch is looked for before the next one",
    noticedBy: ["oneRunner", "launches"],
    faults: "launch-answer-lost,launch-timeout",
    apply: settleNothing,
  },
  "mistaken-launch": {
    rule: "a launch that was accepted is not tried anew",
    noticedBy: ["oneRunner", "launches"],
    faults: "none",
    apply: mistakeLaunches,
  },
  "no-idle-exit": {
    rule: "a machine ends with its runner",
    noticedBy: ["idle"],
    faults: "none",
    apply: idleForEver,
  },
  "no-stop": {
    rule: "the machine of a runner that is not needed is stopped",
    noticedBy: ["oneRunner", "idle", "launches"],
    faults: "cancel",
    apply: stopNothing,
  },
  "ack-on-error": {
    rule: "a message whose handling failed comes again",
    noticedBy: ["served", "debt", "idle", "registration"],
    faults: "ledger,killed-after",
    apply: acknowledgeAll,
  },
  "spoilt-batch": {
    rule: "a message that cannot be read is set aside, and spoils no other",
    noticedBy: ["poison"],
    faults: "message-poisoned",
    apply: spoilBatches,
  },
  "sleep-in-handler": {
    rule: "nothing waits inside a function",
    noticedBy: ["sleep"],
    faults: "none",
    apply: sleepInHandler,
  },
  "delivery-as-key": {
    rule: "a row stands for a job, not for a delivery about it",
    noticedBy: ["oneRunner", "launches", "served"],
    faults: "webhook-told-twice",
    apply: keyByDelivery,
  },
  "no-rebinding": {
    rule: "a runner serves the job that GitHub gave it",
    noticedBy: ["served", "launches", "busy"],
    faults: "runner-stolen",
    apply: rebindNothing,
  },
  "no-cancellation": {
    rule: "the runner of a cancelled job goes with it",
    noticedBy: ["idle", "launches"],
    faults: "job-cancelled",
    apply: ignoreCancellation,
  },
  "answer-too-soon": {
    rule: "a delivery is answered when it is safe in the queue",
    noticedBy: ["served"],
    faults: "none",
    apply: answerTooSoon,
  },
  "no-following": {
    rule: "a runner that ended before its job began is replaced",
    noticedBy: ["served", "registration"],
    faults: "session-conflict,start-fails,spot-before",
    apply: followNothing,
  },
  "no-deregistration": {
    rule: "the registration of a runner that ended without a job is removed",
    noticedBy: ["registration", "oneRunner"],
    faults: "session-conflict,start-fails",
    apply: deregisterNothing,
  },
  "stop-the-busy": {
    rule: "a runner that has a job is left alone",
    noticedBy: ["busy"],
    faults: "runner-stolen",
    // Only who has not heard that a runner got a job asks for its end; then GitHub's refusal is all.
    apply: (options) => stopTheBusy(rebindNothing(options)),
  },
  "reused-jit-config": {
    rule: "every launch has a JIT config of its own",
    noticedBy: ["jitConfig", "served"],
    faults: "spot-before,start-fails",
    apply: reuseJitConfigs,
  },
  "no-redelivery": {
    rule: "deliveries that failed are asked for again",
    noticedBy: ["served"],
    faults: "webhook-lost",
    apply: requestNothingAgain,
  },
  "no-rerun": {
    rule: "what was interrupted is run again",
    noticedBy: ["rerun"],
    faults: "spot",
    apply: rerunNothing,
  },
  "spot-again": {
    rule: "what was interrupted starts on demand",
    noticedBy: ["rerun"],
    faults: "spot",
    apply: forgetInterruptions,
  },
  "no-jitter": {
    rule: "those who have to wait do not come back all at once",
    noticedBy: ["limit", "served"],
    faults: "drought",
    apply: waitTogether,
  },
  "token-in-log": {
    rule: "requests are not written down",
    noticedBy: ["secret"],
    faults: "none",
    apply: logRequests,
  },
};
