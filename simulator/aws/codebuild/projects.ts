import { arnOf, type AwsSurroundings } from "../surroundings.ts";
import { notFound } from "./codebuild-errors.ts";
import type { EnvironmentVariable } from "./build-request.ts";

/** A build project: what builds get when they override nothing. */
export type Project = {
  readonly name: string;
  readonly arn: string;
  readonly environmentType: string;
  readonly computeType: string;
  readonly image: string;
  readonly privilegedMode: boolean;
  readonly sourceType: string;
  readonly environmentVariables: readonly EnvironmentVariable[];
  readonly timeoutInMinutes: number;
  readonly queuedTimeoutInMinutes: number;
  /** Beyond it StartBuild is refused instead of queued. */
  readonly concurrentBuildLimit?: number;
};

/** A project made in code; everything but the name has a default. */
export type ProjectOptions = Pick<Project, "name"> & Partial<Omit<Project, "name" | "arn">>;

/** The build projects of the account. */
export type Projects = {
  readonly create: (options: ProjectOptions) => Project;
  /** By name or ARN. @throws {AwsError} ResourceNotFoundException */
  readonly find: (nameOrArn: string) => Project;
};

/** An account without projects. */
export function createProjects(surroundings: AwsSurroundings): Projects {
  const projects = new Map<string, Project>();
  return {
    create: (options) => {
      const project = {
        environmentType: "LINUX_CONTAINER",
        computeType: "BUILD_GENERAL1_SMALL",
        image: "aws/codebuild/standard:7.0",
        privilegedMode: false,
        sourceType: "NO_SOURCE",
        environmentVariables: [],
        timeoutInMinutes: 60,
        queuedTimeoutInMinutes: 480,
        ...options,
        arn: arnOf(surroundings, "codebuild", `project/${options.name}`),
      };
      projects.set(project.name, project);
      return project;
    },
    find: (nameOrArn) => {
      const project = projects.get(nameOrArn.split("/").at(-1) ?? "");
      if (project) return project;
      const arn = arnOf(surroundings, "codebuild", `project/${nameOrArn}`);
      throw notFound(`Project cannot be found: ${arn}`);
    },
  };
}
