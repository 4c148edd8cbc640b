import { toList } from "../../functions/core/label-text.ts";

/**
 * Every fault and how likely it strikes at one opportunity: an event, a call, a message, a launch.
 * The rates are far above what is met in practice, so that a few hundred jobs meet them all, and low
 * enough that no job meets only faults.
 */
export const faultRates = {
  // Webhooks: GitHub recorded the failure and can send again, or never made the delivery at all.
  "webhook-lost": 0.02,
  "webhook-never-made": 0.01,
  "webhook-answer-lost": 0.01,
  "webhook-duplicated": 0.02,
  "webhook-told-twice": 0.02,
  "webhook-delayed": 0.01,
  "webhook-reordered": 0.1,
  "webhook-misrouted": 0.01,
  // SQS
  "message-redelivered": 0.02,
  "message-visible-early": 0.01,
  "message-out-of-order": 0.05,
  "message-poisoned": 0.003,
  // The ledger
  "ledger-conflict": 0.01,
  "ledger-throttled": 0.005,
  "ledger-unavailable": 0.005,
  "ledger-answer-lost": 0.005,
  // RunTask and StartBuild
  "launch-throttled": 0.02,
  "launch-ec2-throttled": 0.01,
  "launch-unavailable": 0.01,
  "launch-answer-lost": 0.01,
  "launch-timeout": 0.01,
  "launch-conflict": 0.01,
  "no-capacity": 0.02,
  drought: 0.01,
  starved: 0.002,
  "replayed-failures": 0.5,
  "builds-limited": 0.05,
  // Tasks and builds
  "never-pulls": 0.005,
  "never-connects": 0.005,
  "never-provisioned": 0.01,
  "start-fails": 0.01,
  "slow-start": 0.02,
  "spot-before": 0.03,
  "spot-during": 0.03,
  "spot-after": 0.03,
  "machine-dies": 0.01,
  "machine-hangs": 0.005,
  "session-conflict": 0.01,
  // State changes
  "event-lost": 0.01,
  "event-duplicated": 0.02,
  "event-late": 0.02,
  // GitHub
  "github-unavailable": 0.01,
  "github-answer-lost": 0.01,
  "jwt-refused": 0.02,
  "token-refused": 0.005,
  "github-limited": 0.005,
  "github-limited-silently": 0.005,
  "name-taken": 0.01,
  "app-reinstalled": 0.0005,
  "runner-removed": 0.01,
  "ghost-runner": 0.005,
  "message-missed": 0.01,
  "bound-for-good": 0.002,
  "stolen-by-other": 0.01,
  "runner-stolen": 0.03,
  "job-cancelled": 0.03,
  "job-expired": 0.005,
  // Lambda
  // One call in 170: each death costs a new instance, its tokens, and what it had in hand.
  "killed-before": 0.003,
  "killed-after": 0.003,
  frozen: 0.005,
  "timed-out": 0.002,
  "clock-skewed": 0.2,
} as const;

/** The name of a fault, as `--faults` takes it. */
export type FaultName = keyof typeof faultRates;

/** What one word of `--faults` stands for besides the faults' own names. */
const faultFamilies = {
  webhook: /^webhook-/u,
  queue: /^message-(?!missed)/u,
  ledger: /^ledger-/u,
  launch: /^(?:launch-|no-capacity|drought|starved|replayed-|builds-)/u,
  machine: /^(?:never-|start-fails|slow-start|spot-|machine-|session-)/u,
  spot: /^spot-/u,
  event: /^event-/u,
  github: /^(?:github-|jwt-|token-|name-|app-|runner-removed|ghost-|message-missed|bound-)/u,
  steal: /^(?:stolen-|runner-stolen)/u,
  cancel: /^job-/u,
  lambda: /^(?:killed-|frozen|timed-out|clock-)/u,
  all: /^/u,
} as const satisfies Readonly<Record<string, RegExp>>;

/** All faults, in the order of the table. */
export const faultNames: readonly FaultName[] = Object.keys(faultRates).filter(isFaultName);

/**
 * The faults that a comma-separated list of names and families switches on; `none` alone: none.
 * @throws {Error} naming the word that is neither, or saying that the list contradicts itself or is empty
 */
export function readFaultNames(list: string): ReadonlySet<FaultName> {
  const words = list.split(",").map((word) => word.trim());
  const meant = words.filter((word) => word !== "");
  const others = meant.filter((word) => word !== "none");
  const allowed = `'${list}' should be a list of faults and families, or none alone`;
  if (meant.length === 0) {
    // It would pass for a run that met all of them.
    throw new Error(`${allowed}, got no faults; name at least one, or none for none at all`);
  }
  if (others.length > 0 && others.length < meant.length) {
    throw new Error(`${allowed}, got none beside ${toList(others, "and")}; leave either out`);
  }
  return new Set(others.flatMap((word) => readWord(word)));
}

/** The faults that each family switches on, but for `all`. */
export function faultsByFamily(): Readonly<Record<string, readonly FaultName[]>> {
  const families = Object.entries(faultFamilies).filter(([family]) => family !== "all");
  return Object.fromEntries(families.map(([family]) => [family, readWord(family)]));
}

function readWord(word: string): readonly FaultName[] {
  if (isFaultName(word)) return [word];
  const family = Object.entries(faultFamilies).find(([name]) => name === word)?.[1];
  if (family !== undefined) return faultNames.filter((name) => family.test(name));
  const families = Object.keys(faultFamilies).join(", ");
  throw new Error(
    `fault '${word}' is unknown; use none, ${families}, or a fault that 'npm run simulate -- --help' lists`,
  );
}

function isFaultName(name: string): name is FaultName {
  return name in faultRates;
}
