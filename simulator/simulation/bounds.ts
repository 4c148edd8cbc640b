const second = 1_000;
const minute = 60 * second;

/** What must always hold, by number and name. */
export const invariants = {
  served: "1 served or told",
  oneRunner: "2 one runner a job",
  token: "2 one launch a token",
  jitConfig: "3 a JIT config is used once",
  idle: "4 nothing idle",
  registration: "5 no registration left",
  busy: "6 no busy runner is stopped",
  secret: "7 nothing secret is told",
  limit: "8 within GitHub's limits",
  launches: "9 no launch too many",
  sleep: "10 no function sleeps",
  debt: "11 debts are paid",
  rerun: "12 what was interrupted is run again",
  poison: "13 what cannot be read is set aside",
  redelivery: "14 what was not delivered is asked for again",
} as const;

/** The bounds of the invariants, in milliseconds, where no fault explains more. */
export const bounds = {
  // Half a minute to start a task, the 90 seconds in which one that came to nothing, or took another
  // job, is replaced, half a minute for the second one, and as much for what comes in between. Less
  // than the five minutes after which a job is merely overdue: that safety net must not be needed.
  served: 4 * minute,
  // From the end of a runner that had no job to the launch of the next one.
  replaced: 90 * second,
  // GitHub takes 180 new runners a minute, so every job that came before costs a third of a second.
  servedPerJobBefore: second / 2.5,
  // Sixty builds run at once, of some 40 seconds each.
  servedPerBuildBefore: second,
  // A job that only reconcile can find waits for the next pass where a fault struck the one that would
  // have found it.
  servedPerHinderedPass: minute,
  // Of a job whose turn has come GitHub tells nothing: it is asked every five minutes, by a pass.
  servedUntold: 6 * minute,
  // A runner gives up after five minutes by default (TORNADE_IDLE_SECONDS), and has one more to end in.
  idle: 6 * minute,
  // The job is overdue after five minutes, or after ten from its third runner on; then comes a pass, and
  // what is owed about the runner.
  booting: 13 * minute,
  // After the end of a job that no runner had. What is cancelled while it is launched, and launched again
  // at once, waits for the end of the lease and for a pass of reconcile.
  cancelled: 5 * second,
  launching: 20 * second + minute,
  // Where nobody tells that a job is over, GitHub is asked an hour after it began.
  untold: 60 * minute,
  // From the end of its job to the end of its machine: the exit, and ECS's own ten seconds.
  afterJob: minute,
  // To remove it is a debt like any other.
  registration: 2 * minute,
  // Between the registration and the launch there may be a takeover: a lease, and a pass of reconcile.
  unusedRegistration: 10 * minute,
  // docs/reliability.md, invariant 11.
  debt: 2 * minute,
  // What a run owes concerns none of its jobs more than another: any fault in between explains more.
  debtOfRun: 8 * minute,
  // The most that GitHub's own limits explain: a burst of a thousand jobs is served in six minutes. Then
  // comes the pass of reconcile that looks again.
  limited: 10 * minute,
  afterLimit: minute,
  // The end of a runner is waited for in steps of half a minute.
  rerun: 3 * minute,
  // docs/reliability.md, invariant 14, and what GitHub takes to record the second try.
  redelivery: 90 * second + 15 * second,
  // It is handled as soon as it is received, which may be by an instance that has to start. Where too
  // many run already, Lambda refuses the batch, and it comes again after its 90 seconds.
  poison: 2 * 90 * second + 30 * second,
  // It comes again once its visibility timeout is over.
  poisonPerDeath: 90 * second,
} as const;

/** GitHub's own limits, and the requests that may be under way when one is reached. */
export const limits = {
  pointsPerMinute: 900,
  requestsPerHour: 5_000,
  underWay: 100,
  // Waits that double with full jitter come to some ten tries in that time.
  triesInFiveMinutes: 30,
} as const;
