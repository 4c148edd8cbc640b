import {
  type Build,
  CodeBuildClient,
  ListBuildsForProjectCommand,
} from "@aws-sdk/client-codebuild";

import type { ListedCompute } from "../core/find-stray.ts";
import type { ListComputes } from "../core/retire-strays.ts";
import { listTime } from "../core/waits.ts";
import { createAwsClient } from "./aws-client.ts";
import { getBuilds, runnerNameOf } from "./find-build.ts";
import type { Surroundings } from "./surroundings.ts";

/** At most so many pages of 100 builds; an older build that goes on is ended by its own time-out. */
const mostPages = 5;

/** Lists those of a project's newest builds that run their runner, and neither wait nor are put away. */
export function createBuildList(surroundings: Surroundings, projectName: string): ListComputes {
  const client = createAwsClient(CodeBuildClient, surroundings);
  const { now } = surroundings;
  return async () => {
    const listed: ListedCompute[] = [];
    const until = now() + listTime;
    let nextToken: string | undefined;
    for (let page = 0; page < mostPages && now() < until; page += 1) {
      const list = await client.send(new ListBuildsForProjectCommand({ projectName, nextToken }));
      const builds = await getBuilds(client, list.ids ?? []);
      listed.push(...builds.flatMap(toCompute));
      ({ nextToken } = list);
      if (nextToken === undefined) break;
    }
    return listed;
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
