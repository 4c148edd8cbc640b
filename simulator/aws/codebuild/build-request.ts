import { asBoolean, asInteger, asObject, asText, listOf, type JsonReader } from "../json-reader.ts";
import { invalidInput } from "./codebuild-errors.ts";
import { checkComputeType, isLambda } from "./compute-types.ts";
import type { Project, Projects } from "./projects.ts";

/** One environment variable as CodeBuild carries it. */
export type EnvironmentVariable = {
  readonly name: string;
  readonly value: string;
  readonly type: "PLAINTEXT";
};

/** What one build runs with: its project's settings and the overrides of StartBuild. */
export type BuildRequest = {
  readonly project: Project;
  readonly environmentType: string;
  readonly computeType: string;
  readonly image: string;
  readonly privilegedMode: boolean;
  readonly sourceType: string;
  readonly buildspec: string | undefined;
  /** The project's, then the request's in the order given; a name given twice counts the second time. */
  readonly environmentVariables: readonly EnvironmentVariable[];
  readonly timeoutInMinutes: number;
  readonly queuedTimeoutInMinutes: number;
  readonly idempotencyToken: string | undefined;
};

const mostValueCharacters = 4096;

/** Decodes StartBuild and checks what CodeBuild checks at once. @throws {AwsError} */
export function readBuildRequest(input: JsonReader, projects: Projects): BuildRequest {
  const project = projects.find(input.required("projectName", asText));
  const overrides = readVariables(input);
  const overridden = new Set(overrides.map(({ name }) => name));
  const inherited = project.environmentVariables.filter(({ name }) => !overridden.has(name));
  const request: BuildRequest = {
    project,
    ...readEnvironment(input, project),
    sourceType: input.optional("sourceTypeOverride", asText) ?? project.sourceType,
    buildspec: input.optional("buildspecOverride", asText),
    environmentVariables: [...inherited, ...overrides],
    timeoutInMinutes: readMinutes(input, "timeoutInMinutesOverride", {
      fallback: project.timeoutInMinutes,
      max: 2160,
    }),
    queuedTimeoutInMinutes: readMinutes(input, "queuedTimeoutInMinutesOverride", {
      fallback: project.queuedTimeoutInMinutes,
      max: 480,
    }),
    idempotencyToken: input.optional("idempotencyToken", asText),
  };
  checkEnvironment(request);
  return request;
}

function readEnvironment(
  input: JsonReader,
  project: Project,
): Pick<BuildRequest, "environmentType" | "computeType" | "image" | "privilegedMode"> {
  return {
    environmentType: input.optional("environmentTypeOverride", asText) ?? project.environmentType,
    computeType: input.optional("computeTypeOverride", asText) ?? project.computeType,
    image: input.optional("imageOverride", asText) ?? project.image,
    privilegedMode: input.optional("privilegedModeOverride", asBoolean) ?? project.privilegedMode,
  };
}

function readVariables(input: JsonReader): readonly EnvironmentVariable[] {
  const variables = input.optional("environmentVariablesOverride", listOf(asObject)) ?? [];
  return variables.map((variable) => {
    const name = variable.required("name", asText);
    const value = variable.required("value", asText);
    const type = variable.optional("type", asText) ?? "PLAINTEXT";
    if (type !== "PLAINTEXT") {
      throw invalidInput(
        `Environment variables of type ${type} are not modelled by this simulator`,
      );
    }
    checkVariable(name, value);
    return { name, value, type };
  });
}

function checkVariable(name: string, value: string): void {
  if (value.length > mostValueCharacters) {
    throw invalidInput(`EnvironmentVariable should be at most ${mostValueCharacters} characters`);
  }
  if (name.startsWith("CODEBUILD_")) {
    throw invalidInput(
      `Environment variable name ${name} is reserved: CODEBUILD_ is CodeBuild's own`,
    );
  }
}

function readMinutes(
  input: JsonReader,
  member: string,
  limits: { readonly fallback: number; readonly max: number },
): number {
  const minutes = input.optional(member, asInteger);
  if (minutes === undefined) return limits.fallback;
  if (minutes >= 5 && minutes <= limits.max) return minutes;
  throw invalidInput(
    `Invalid ${member}: value must be between 5 and ${limits.max} minutes, but was ${minutes}`,
  );
}

function checkEnvironment(request: BuildRequest): void {
  const { environmentType, computeType, image, sourceType, buildspec } = request;
  checkComputeType(environmentType, computeType);
  if (image === "") throw invalidInput("Project environment image is required");
  if (request.privilegedMode && isLambda(environmentType)) {
    throw invalidInput(`Privileged mode is not supported for ${environmentType}`);
  }
  if (buildspec === "" && sourceType === "NO_SOURCE") {
    throw invalidInput(
      "No buildspec specified; a buildspec is required with source type NO_SOURCE",
    );
  }
}
