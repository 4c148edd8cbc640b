import type { StartProgram } from "../../machine.ts";
import { nullMember } from "../aws-error.ts";
import type { AwsJsonService, Operation } from "../aws-json.ts";
import type { Events } from "../events.ts";
import { asText, listOf, type JsonReader } from "../json-reader.ts";
import type { AwsSurroundings } from "../surroundings.ts";
import type { Build } from "./build.ts";
import {
  createBuildLife,
  defaultCodeBuildLatency,
  type BuildLife,
  type CodeBuildLatency,
} from "./build-life.ts";
import { toWireBuild } from "./build-shape.ts";
import { invalidInput, notFound } from "./codebuild-errors.ts";
import { createProjects, type ProjectOptions, type Projects } from "./projects.ts";
import { createStartBuild } from "./start-build.ts";

/** Simulated CodeBuild. */
export type CodeBuild = {
  readonly service: AwsJsonService;
  /** Gives the project's ARN. */
  readonly createProject: (options: ProjectOptions) => string;
  /** Builds that run at once in the account; five times as many may wait. @default 20 */
  readonly setConcurrency: (builds: number) => void;
  /** Leaves a build in PROVISIONING, until it is stopped. */
  readonly stallStart: (id: string) => void;
  /** Whether the build has yet to get a machine. */
  readonly isQueued: (id: string) => boolean;
  /** Drops the builds that ended before a time, so that a long simulation does not grow. */
  readonly forget: (endedBefore: number) => void;
};

type CodeBuildOptions = {
  readonly surroundings: AwsSurroundings;
  readonly events: Events;
  readonly startProgram: StartProgram;
  readonly latency?: Partial<CodeBuildLatency> | undefined;
};

const defaultConcurrency = 20;
const mostIds = 100;

/** CodeBuild of one account and region, without projects at first. */
export function createCodeBuild(options: CodeBuildOptions): CodeBuild {
  let concurrency = defaultConcurrency;
  const { surroundings } = options;
  const projects = createProjects(surroundings);
  const builds = new Map<string, Build>();
  const latency = { ...defaultCodeBuildLatency, ...options.latency };
  const life = createBuildLife({ ...options, latency, concurrency });
  const startBuild = { surroundings, projects, builds, life, concurrency: () => concurrency };
  return {
    service: {
      targetPrefix: "CodeBuild_20161006",
      jsonVersion: "1.1",
      missing: (path) => invalidInput(nullMember(path)),
      operations: {
        StartBuild: createStartBuild(startBuild),
        ...createBuildOperations(builds, projects, life),
      },
    },
    createProject: (project) => projects.create(project).arn,
    setConcurrency: (limit) => {
      concurrency = limit;
      life.setConcurrency(limit);
    },
    stallStart: (id) => {
      const build = findBuild(builds, id);
      if (build !== undefined) build.isStalled = true;
    },
    isQueued: (id) => {
      const phase = findBuild(builds, id)?.phases.at(-1)?.type;
      return phase === "SUBMITTED" || phase === "QUEUED";
    },
    forget: (endedBefore) => {
      for (const { id, endedAt } of builds.values()) {
        if (endedAt !== undefined && endedAt < endedBefore) builds.delete(id);
      }
    },
  };
}

function createBuildOperations(
  builds: ReadonlyMap<string, Build>,
  projects: Projects,
  life: BuildLife,
): Readonly<Record<string, Operation>> {
  return {
    BatchGetBuilds: (input) => batchGetBuilds(builds, input),
    ListBuildsForProject: (input) => {
      const { name } = projects.find(input.required("projectName", asText));
      const all = [...builds.values()].filter((build) => build.request.project.name === name);
      return listBuilds(all, input);
    },
    StopBuild: (input) => {
      const id = input.required("id", asText);
      const build = findBuild(builds, id);
      if (!build) throw notFound(`Build not found for ${id}`);
      life.stop(build);
      return { build: toWireBuild(build) };
    },
  };
}

function batchGetBuilds(builds: ReadonlyMap<string, Build>, input: JsonReader): unknown {
  const ids = input.required("ids", listOf(asText));
  if (ids.length === 0 || ids.length > mostIds) {
    throw invalidInput(`Between 1 and ${mostIds} build ids are allowed, but got ${ids.length}`);
  }
  const found = ids.flatMap((id) => findBuild(builds, id) ?? []);
  return {
    builds: found.map((build) => toWireBuild(build)),
    buildsNotFound: ids.filter((id) => !findBuild(builds, id)),
  };
}

function listBuilds(all: readonly Build[], input: JsonReader): unknown {
  const token = input.optional("nextToken", asText);
  const order = input.optional("sortOrder", asText);
  const start = Number(token ?? 0);
  // https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListBuildsForProject.html
  if (order !== undefined && token !== undefined) {
    throw invalidInput("Sort order can't be specified when passing a nextToken");
  }
  if (order !== undefined && all.length > mostIds) {
    throw invalidInput(`Sort order can't be specified for more than ${mostIds} builds`);
  }
  const isAscending = order === "ASCENDING";
  const ids = (isAscending ? all : all.toReversed()).map(({ id }) => id);
  return {
    ids: ids.slice(start, start + mostIds),
    ...(ids.length > start + mostIds && { nextToken: String(start + mostIds) }),
  };
}

/** By id or ARN. */
function findBuild(builds: ReadonlyMap<string, Build>, idOrArn: string): Build | undefined {
  return builds.get(idOrArn.split("/").at(-1) ?? "");
}
