import {
  type Build,
  CodeBuildClient,
  ListBuildsForProjectCommand,
} from "@aws-sdk/client-codebuild";

import type { ListedCompute } from "../core/find-stray.ts";
import type { ListComputes } from "../core/retire-strays.ts";
import { createAwsClient } from "./aws-client.ts";
import { getBuilds, runnerNameOf, stageOf } from "./find-build.ts";
import type { Surroundings } from "./surroundings.ts";

/** At most so many pages of 100 builds; an older one that still runs is left to its own time-out. */
const mostPages = 5;

/**
 * Lists those of a project's newest builds that run their runner, and neither wait nor are put away.
 * CodeBuild lists ended builds as well, which are asked about only once.
 */
export function createBuildList(surroundings: Surroundings, projectName: string): ListComputes {
  const client = createAwsClient(CodeBuildClient, surroundings);
  let ended: ReadonlySet<string> = new Set();
  return async function* listBuilds() {
    const before = ended;
    const after = new Set<string>();
    let nextToken: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      // The newest first.
      const list = await client.send(new ListBuildsForProjectCommand({ projectName, nextToken }));
      const { ids = [] } = list;
      for (const id of ids) if (before.has(id)) after.add(id);
      const unknown = ids.filter((id) => !before.has(id));
      const builds = await getBuilds(client, unknown);
      for (const { id, buildStatus } of builds) {
        if (id !== undefined && buildStatus !== "IN_PROGRESS") after.add(id);
      }
      yield builds.flatMap(toCompute);
      ({ nextToken } = list);
      if (nextToken === undefined) break;
    }
    ended = after;
  };
}

function toCompute(build: Build): readonly ListedCompute[] {
  const { id: computeId } = build;
  const runnerName = runnerNameOf(build);
  const stage = stageOf(build);
  if (computeId === undefined || runnerName === undefined || stage?.name !== "running") return [];
  return [{ runnerName, computeId, provider: "CODEBUILD", startedAt: stage.since }];
}
