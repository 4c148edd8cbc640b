import type { Architecture, ProviderName } from "../functions/core/provider.ts";
import type { GitHub } from "../simulator/github/github.ts";
import type { Board, JobRow } from "./board.ts";
import { endStates } from "./shown-state.ts";

/** A job of the demo and where it should get. */
export type DemoJob = {
  readonly name: string;
  readonly labels: readonly string[];
  readonly expected:
    | {
        readonly provider: ProviderName;
        readonly architecture: Architecture;
        readonly capacityProvider?: ProviderName;
      }
    | { readonly refusal: string };
};

/** Where the demo's jobs are queued. */
export const demoRepository = "acme/app";
const runId = 1001;

/** Jobs for every provider and both architectures, and one with a typo. */
export const demoJobs: readonly DemoJob[] = [
  demoJob("fargate_x86", "FARGATE", "X86_64"),
  demoJob("fargate_arm64", "FARGATE", "ARM64"),
  demoJob("fargate_spot", "FARGATE_SPOT", "X86_64"),
  demoJob("codebuild_x86", "CODEBUILD", "X86_64"),
  demoJob("codebuild_arm64", "CODEBUILD", "ARM64"),
  {
    name: "slip_of_the_pen",
    labels: toLabels("FARGET", "X86_64"),
    expected: { refusal: "FARGATE" },
  },
];

/** The same jobs in containers of a machine, which has no capacity providers and one architecture. */
export function toContainerDemo(own: Architecture): readonly DemoJob[] {
  return demoJobs.map((job) => {
    if ("refusal" in job.expected) return job;
    const { provider, architecture } = job.expected;
    if (architecture === own) return { ...job, expected: { provider, architecture } };
    return { ...job, expected: { refusal: `arch=${architecture} cannot run on this machine` } };
  });
}

/** Queues the demo's jobs at GitHub, as pushing a commit with the workflow would. */
export function queueDemo(gitHub: GitHub): void {
  for (const { name, labels } of demoJobs) {
    gitHub.queueJob({
      repository: demoRepository,
      name,
      labels,
      runId,
      durationMilliseconds: 2_000,
    });
  }
}

/** Whether nothing more will happen to the demo's jobs. */
export function isOver(board: Board): boolean {
  return demoRows(board).every((row) => row !== undefined && endStates.has(row.state));
}

/** The jobs that did not get where they should, with what is wrong; none when all is well. */
export function findMisses(board: Board, jobs = demoJobs): readonly string[] {
  return demoRows(board).flatMap((row, index) => {
    const job = jobs[index];
    return row === undefined || job === undefined || arrived(row, job)
      ? []
      : [`${job.name} is ${row.state}${row.reason === undefined ? "" : `: ${row.reason}`}`];
  });
}

function demoRows(board: Board): readonly (JobRow | undefined)[] {
  return demoJobs.map(({ name }) => board.find((row) => row.name === name));
}

function arrived(row: JobRow, { labels, expected }: DemoJob): boolean {
  if ("refusal" in expected) {
    return row.state === "refused" && row.reason?.includes(expected.refusal) === true;
  }
  return (
    row.state === "done" &&
    row.compute?.capacityProvider === expected.capacityProvider &&
    row.provider === expected.provider &&
    row.compute?.architecture === expected.architecture &&
    row.runnerLabels?.join() === labels.join()
  );
}

function demoJob(name: string, provider: ProviderName, architecture: Architecture): DemoJob {
  const capacity = provider === "CODEBUILD" ? {} : { capacityProvider: provider };
  const expected = { provider, architecture, ...capacity };
  return { name, labels: toLabels(provider, architecture), expected };
}

function toLabels(runsOn: string, architecture: Architecture): readonly string[] {
  return ["self-hosted", "tornade", String(runId), `runs-on=${runsOn}`, `arch=${architecture}`];
}
