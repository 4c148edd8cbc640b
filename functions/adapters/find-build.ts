import {
  BatchGetBuildsCommand,
  type Build,
  type BuildPhaseType,
  type CodeBuildClient,
  ListBuildsForProjectCommand,
} from "@aws-sdk/client-codebuild";

import type { Compute, ComputeStage, SoughtRunner } from "../core/runner-provider.ts";

/** How much earlier than its launch a build may seem to have started: two clocks never agree. */
const clockTolerance = 60_000;

/** At most so many pages of 100 builds: a call of a function has seconds, and two requests a page. */
const mostPages = 10;

/**
 * The build of a runner, as long as it has not ended. Builds cannot be searched: one whose id is known
 * is asked for by that, however many came after it; else the newest are looked through, page by page,
 * until they are older than the launch.
 */
export async function findBuild(
  client: CodeBuildClient,
  project: string,
  runner: SoughtRunner,
): Promise<Compute | undefined> {
  const { computeId } = runner;
  if (computeId === undefined) return lookThrough(client, project, runner);
  const [build] = await getBuilds(client, [computeId]);
  return build?.buildStatus === "IN_PROGRESS" ? toCompute(build, computeId) : undefined;
}

async function lookThrough(
  client: CodeBuildClient,
  projectName: string,
  { name, launchedAt = 0 }: SoughtRunner,
): Promise<Compute | undefined> {
  let nextToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    // The newest first, as long as no order is asked for: CodeBuild takes none beside a token, nor where a
    // project has more than a hundred builds.
    const command = { projectName, nextToken };
    const list = await client.send(new ListBuildsForProjectCommand(command));
    const builds = await getBuilds(client, list.ids ?? []);
    const found = builds.find((build) => isRunning(build, name));
    if (found?.id !== undefined) return toCompute(found, found.id);
    ({ nextToken } = list);
    if (nextToken === undefined || builds.some((build) => isOlder(build, launchedAt))) break;
  }
  return undefined;
}

/** Builds by their ids, at most a hundred; those that are not known any more are left out. */
export async function getBuilds(client: CodeBuildClient, ids: string[]): Promise<readonly Build[]> {
  if (ids.length === 0) return [];
  const { builds = [] } = await client.send(new BatchGetBuildsCommand({ ids }));
  return builds;
}

function isRunning(build: Build, runnerName: string): boolean {
  return build.buildStatus === "IN_PROGRESS" && runnerNameOf(build) === runnerName;
}

/** The name of the runner that a build was started for; undefined where it was for something else. */
export function runnerNameOf({ environment }: Build): string | undefined {
  const variables = environment?.environmentVariables ?? [];
  return variables.find(({ name }) => name === "RUNNER_NAME")?.value;
}

function toCompute(build: Build, computeId: string): Compute {
  const stage = stageOf(build);
  return { computeId, ...(stage === undefined ? {} : { stage }) };
}

/**
 * How far a build is. Its phase BUILD runs the runner; before the phase PROVISIONING it may be queued for
 * hours. https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
 */
export function stageOf({ phases = [] }: Build): ComputeStage | undefined {
  const startOf = (type: BuildPhaseType): number | undefined =>
    phases.find(({ phaseType }) => phaseType === type)?.startTime?.getTime();
  const endedAt = phases.find(({ phaseType }) => phaseType === "BUILD")?.endTime?.getTime();
  if (endedAt !== undefined) return { name: "ending", since: endedAt };
  const runsSince = startOf("BUILD");
  if (runsSince !== undefined) return { name: "running", since: runsSince };
  const since = startOf("PROVISIONING");
  return since === undefined ? undefined : { name: "preparing", since };
}

// The time is that of its submission: a build has it while it is queued.
function isOlder({ startTime }: Build, launchedAt: number): boolean {
  return startTime !== undefined && startTime.getTime() < launchedAt - clockTolerance;
}
