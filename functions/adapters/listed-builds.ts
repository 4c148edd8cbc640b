import {
  type Build,
  CodeBuildClient,
  ListBuildsForProjectCommand,
} from "@aws-sdk/client-codebuild";

import type { ListedCompute } from "../core/find-stray.ts";
import type { ListComputes } from "../core/retire-strays.ts";
import { createAwsClient } from "./aws-client.ts";
import { getBuilds, runnerNameOf } from "./find-build.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * After how long, in milliseconds, no build runs any more: it is queued for 8 hours and runs for 36 at most.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
 */
const longestBuild = 44 * 3_600_000;

/** Lists those of a project's builds that run their runner, and neither wait nor are put away. */
export function createBuildList(surroundings: Surroundings, projectName: string): ListComputes {
  const client = createAwsClient(CodeBuildClient, surroundings);
  return async function* listBuilds() {
    const oldest = surroundings.now() - longestBuild;
    let nextToken: string | undefined;
    do {
      // The newest first.
      const list = await client.send(new ListBuildsForProjectCommand({ projectName, nextToken }));
      const builds = await getBuilds(client, list.ids ?? []);
      yield builds.flatMap(toCompute);
      if (builds.some(({ startTime }) => startTime && startTime.getTime() < oldest)) break;
      ({ nextToken } = list);
    } while (nextToken !== undefined);
  };
}

// The runner is started by the phase BUILD; before that a build may be queued for hours.
function toCompute(build: Build): readonly ListedCompute[] {
  const { id, currentPhase, phases = [] } = build;
  const runnerName = runnerNameOf(build);
  const startedAt = phases.find(({ phaseType }) => phaseType === "BUILD")?.startTime;
  if (id === undefined || runnerName === undefined || startedAt === undefined) return [];
  if (currentPhase !== "BUILD") return [];
  return [{ runnerName, computeId: id, provider: "CODEBUILD", startedAt: startedAt.getTime() }];
}
