import type { ActiveRepository } from "./cursor-item.ts";
import type { JobEnvelope } from "./envelope.ts";
import { toGroupId } from "./job-queue.ts";
import { type Job, jobKey } from "./job.ts";
import { isOurs, isStatic } from "./labels.ts";
import { jobItemId } from "./ledger.ts";
import { isRefused } from "./sweep-budget.ts";
import { ask, type SweepPass, warn } from "./sweep-pass.ts";
import { judgeQueued, type OpenRun } from "./sweep.ts";

/** What a look into a run came to: `done` where nothing of it is left to be told. */
export type RunOutcome = "done" | "unfinished" | "refused" | "failed";

/** Looks into one run; it must not keep the others of its repository from being looked into. */
export async function sweepRun(
  run: OpenRun,
  target: ActiveRepository,
  pass: SweepPass,
): Promise<RunOutcome> {
  try {
    return (await announceQueued(run, target, pass)) ? "done" : "unfinished";
  } catch (error) {
    warn(error, target, pass);
    return isRefused(error) ? "refused" : "failed";
  }
}

// Whether nothing of the run is left to be told.
async function announceQueued(
  { id }: OpenRun,
  target: ActiveRepository,
  pass: SweepPass,
): Promise<boolean> {
  let complete = true;
  for (let number = 1; ; number += 1) {
    const page = await ask(target, pass, async () => pass.runs.listQueued(target, id, number));
    if (page === undefined) return false;
    for (const envelope of page.entries) {
      if (!(await announce(envelope, pass))) complete = false;
    }
    if (!page.hasMore) return complete;
  }
}

// Whether the job needs nothing more of the sweep.
async function announce(envelope: JobEnvelope, pass: SweepPass): Promise<boolean> {
  const { job } = envelope;
  if (!isServed(job, pass)) return true;
  const { item } = await pass.ledger.read(jobItemId(jobKey(job)));
  const judgement = judgeQueued(envelope, item, pass.now());
  if (judgement !== "missed") return judgement === "known";
  await pass.queue.send(envelope, { groupId: toGroupId(job.repository.id) });
  pass.log.warn("queued job found without a webhook", {
    jobId: job.id,
    repository: job.repository.fullName,
  });
  pass.counted.announced += 1;
  return true;
}

// Of a job that is ignored nothing is remembered: it would be told of for as long as it waits.
function isServed({ labels }: Job, { launchLabel }: SweepPass): boolean {
  return isOurs(labels, launchLabel) && !isStatic(labels, launchLabel);
}
