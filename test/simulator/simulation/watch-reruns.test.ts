import { describe, expect, it } from "vitest";

import type { Job } from "../../../simulator/github/model.ts";
import { bounds, invariants } from "../../../simulator/simulation/bounds.ts";
import { awsRequest } from "./fault-stage.ts";
import { createWatched, register, taskEvent, type Watched } from "./monitor-stage.ts";

const second = 1_000;
const labels = ["self-hosted", "tornade"];

function nameFor({ id }: Job): string {
  return `tornade-${id}-1-1`;
}

type Failing = { readonly runId?: number; readonly runner?: string };

/** A job that failed, by default on the runner that was made for it. */
async function failJob(watched: Watched, { runner, ...run }: Failing = {}): Promise<Job> {
  const { gitHub } = watched.services;
  const job = gitHub.queueJob({ repository: "acme/app", name: "build", labels, ...run });
  const session = gitHub.connectRunner(await register(watched, runner ?? nameFor(job)), {
    onJob: () => {},
    onCancelled: () => {},
    onRemoved: () => {},
  });
  await watched.after(2 * second);
  if (typeof session === "object") session.completeJob("failure");
  return job;
}

function interrupt({ monitor }: Watched, job: Job): void {
  const detail = { taskArn: "task/x", startedBy: nameFor(job), stopCode: "SpotInterruption" };
  monitor.onTask(taskEvent(nameFor(job), detail));
}

/** The run's failed jobs are run again, and GitHub told so. */
function rerun({ services, call }: Watched, { repository, runId }: Job): void {
  services.gitHub.rerunFailedJobs(repository, runId);
  const path = `/repos/${repository}/actions/runs/${runId}/rerun-failed-jobs`;
  call({
    service: "github",
    name: "POST rerun-failed-jobs",
    request: { method: "POST", path, headers: {}, body: "" },
    answer: { status: 201, headers: {}, body: "{}" },
  });
}

/** The run is over, and somebody is told. */
function tell({ monitor, timeline }: Watched, { runId }: Job, status = 202): void {
  const run = { id: runId, run_attempt: 1, status: "completed", conclusion: "failure" };
  const body = JSON.stringify({ action: "completed", workflow_run: run });
  const request = { method: "POST", path: "/webhook", headers: {}, body };
  monitor.onWebhook({ at: timeline.now(), request, status });
}

/** What is wrong with re-runs, as far as it has been found by then. */
async function complaintsAfter(watched: Watched, milliseconds: number): Promise<readonly string[]> {
  const found = await watched.after(milliseconds);
  return found.flatMap(({ invariant, details }) => (invariant === invariants.rerun ? details : []));
}

describe("watchReruns", () => {
  it("misses a run that was interrupted and is not run again", async () => {
    const watched = createWatched();
    const job = await failJob(watched);
    interrupt(watched, job);
    tell(watched, job);
    expect(await complaintsAfter(watched, bounds.rerun - 5 * second)).toEqual([]);
    expect(await complaintsAfter(watched, 10 * second)).toEqual([
      `run ${job.runId} was interrupted and is over for 185 s, and is not run again`,
    ]);
  });

  it("misses it later where a fault struck that may concern it", async () => {
    const watched = createWatched();
    const job = await failJob(watched);
    interrupt(watched, job);
    tell(watched, job);
    watched.faults.strikes.add({ fault: "killed-before", at: 0 }, []);
    const more = bounds.limited + bounds.debtOfRun;
    expect(await complaintsAfter(watched, bounds.rerun + more - second)).toEqual([]);
    expect(await complaintsAfter(watched, 2 * second)).toHaveLength(1);
  });

  it("misses nothing where another job of the run failed by itself, or nobody could know", async () => {
    const watched = createWatched();
    const job = await failJob(watched);
    interrupt(watched, job);
    await failJob(watched, { runId: job.runId });
    tell(watched, job);
    const untold = await failJob(watched);
    interrupt(watched, untold);
    tell(watched, untold, 503);
    const unseen = await failJob(watched);
    interrupt(watched, unseen);
    watched.faults.strikes.add({ fault: "event-lost", at: 0 }, [unseen.id]);
    tell(watched, unseen);
    expect(await complaintsAfter(watched, 20 * bounds.rerun)).toEqual([]);
  });

  it("misses nothing where nobody could know of a runner that was made for another job", async () => {
    const watched = createWatched();
    const runner = "tornade-7-1-1";
    const job = await failJob(watched, { runner });
    const detail = { taskArn: "task/x", startedBy: runner, stopCode: "SpotInterruption" };
    watched.monitor.onTask(taskEvent(runner, detail));
    watched.faults.strikes.add({ fault: "event-lost", at: 0 }, [7]);
    tell(watched, job);
    expect(await complaintsAfter(watched, 20 * bounds.rerun)).toEqual([]);
  });

  it("is content with one re-run, and finds a second one", async () => {
    const watched = createWatched();
    const job = await failJob(watched);
    interrupt(watched, job);
    tell(watched, job);
    rerun(watched, job);
    expect(await complaintsAfter(watched, 2 * bounds.rerun)).toEqual([]);
    rerun(watched, job);
    expect(await complaintsAfter(watched, 1)).toEqual([
      `run ${job.runId} is run again for the second time`,
    ]);
  });

  it("finds a re-run of what failed by itself", async () => {
    const watched = createWatched();
    const job = await failJob(watched);
    rerun(watched, job);
    expect(await complaintsAfter(watched, 1)).toEqual([
      `run ${job.runId} is run again, but a job of it failed by itself`,
    ]);
  });

  it("finds a re-run that nobody wants", async () => {
    const watched = createWatched();
    rerun(watched, { ...(await failJob(watched)), repository: "umbrella/app-1", runId: 5 });
    expect(await complaintsAfter(watched, 1)).toContain("run 5 is run again, which nobody wants");
  });

  it.each([
    ["FARGATE_SPOT", "TORNADE_REPOSITORY", 1],
    ["FARGATE", "TORNADE_REPOSITORY", 0],
    // Its runner only tells why it has none.
    ["FARGATE_SPOT", "TORNADE_REFUSAL", 0],
  ])("judges a re-run on %s with %s", async (capacityProvider, variable, complaints) => {
    const watched = createWatched();
    const job = await failJob(watched);
    interrupt(watched, job);
    rerun(watched, job);
    const again = watched.services.gitHub.jobs().find(({ runAttempt }) => runAttempt === 2);
    const startedBy = `tornade-${again?.id}-2-1`;
    const overrides = { containerOverrides: [{ environment: [{ name: variable, value: "x" }] }] };
    const asked = { startedBy, overrides, capacityProviderStrategy: [{ capacityProvider }] };
    watched.call({ name: "RunTask", request: awsRequest("X.RunTask", asked) });
    expect(await complaintsAfter(watched, 1)).toHaveLength(complaints);
  });
});
