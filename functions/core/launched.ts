import { stepJob } from "./job-item.ts";
import type { JobItem } from "./ledger.ts";
import { overdueWait } from "./waits.ts";

/** The item with one launch known to have started a runner; what was open besides it is settled. */
export function recordLaunch(item: JobItem, number: number): JobItem {
  const launches = item.launches.map((launch) => {
    if (launch.number === number) return { ...launch, outcome: "started" } as const;
    if (launch.outcome !== "open") return launch;
    // A launch begins with looking for earlier ones, and comes to nothing where it finds one of them.
    const reason =
      launch.number < number
        ? (launch.reason ?? `no runner of it was found before launch ${number}`)
        : `launch ${number} was found running instead`;
    return { ...launch, outcome: "not-started", reason } as const;
  });
  return { ...item, launches };
}

/** The item of a job that has its runner, and waits for GitHub to give it to that one. */
export function toLaunched(item: JobItem, now: number): JobItem {
  const { tried: _tried, ...times } = item.times;
  return stepJob(
    { ...item, waits: 0 },
    {
      status: item.refusal === undefined ? "launched" : "refused",
      wakeAt: now + overdueWait(item.losses),
      times: { ...times, launched: now },
      ...(item.refusal === undefined ? {} : { reason: item.refusal }),
    },
    now,
  );
}
