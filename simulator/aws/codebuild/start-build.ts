import { AwsError } from "../aws-error.ts";
import type { Operation } from "../aws-json.ts";
import { toCanonicalJson, type AwsSurroundings } from "../surroundings.ts";
import { createBuild, type Build } from "./build.ts";
import { readBuildRequest, type BuildRequest } from "./build-request.ts";
import type { BuildLife } from "./build-life.ts";
import { toWireBuild } from "./build-shape.ts";
import { invalidInput } from "./codebuild-errors.ts";
import type { Projects } from "./projects.ts";

/** What StartBuild works with. */
export type StartBuildOptions = {
  readonly surroundings: AwsSurroundings;
  readonly projects: Projects;
  readonly builds: Map<string, Build>;
  readonly life: BuildLife;
  readonly concurrency: () => number;
};

type Token = { readonly build: Build; readonly fingerprint: string; readonly usedAt: number };

const tokenMilliseconds = 5 * 60_000;
/** Builds that may wait, as a multiple of those that may run. */
const queueFactor = 5;

/** The StartBuild operation. */
export function createStartBuild(options: StartBuildOptions): Operation {
  const tokens = new Map<string, Token>();
  const numbers = new Map<string, number>();
  return (input) => {
    const request = readBuildRequest(input, options.projects);
    const key = `${request.project.name} ${request.idempotencyToken ?? ""}`;
    const fingerprint = toCanonicalJson(input.raw);
    const now = options.surroundings.timeline.now();
    forgetTokens(tokens, now - tokenMilliseconds);
    const token = request.idempotencyToken === undefined ? undefined : tokens.get(key);
    if (token) return replay(token, fingerprint);
    checkLimits(options, request);
    const number = (numbers.get(request.project.name) ?? 0) + 1;
    numbers.set(request.project.name, number);
    const build = createBuild(options.surroundings, request, number);
    options.builds.set(build.id, build);
    options.life.begin(build);
    if (request.idempotencyToken !== undefined) {
      tokens.set(key, { build, fingerprint, usedAt: now });
    }
    return { build: toWireBuild(build) };
  };
}

/** Tokens are kept in the order of their use: the oldest come first. */
function forgetTokens(tokens: Map<string, Token>, oldest: number): void {
  for (const [key, { usedAt }] of tokens) {
    if (usedAt > oldest) return;
    tokens.delete(key);
  }
}

function replay(token: Token, fingerprint: string): unknown {
  if (token.fingerprint === fingerprint) return { build: toWireBuild(token.build) };
  throw invalidInput(
    "Parameter mismatch: the idempotency token was used before with different parameters",
  );
}

function checkLimits(options: StartBuildOptions, request: BuildRequest): void {
  const active = [...options.builds.values()].filter(({ endedAt }) => endedAt === undefined);
  const concurrency = options.concurrency();
  if (active.length >= concurrency * (1 + queueFactor)) {
    throw limitExceeded(
      `Cannot have more than ${concurrency * queueFactor} builds in queue for the account`,
    );
  }
  const limit = request.project.concurrentBuildLimit;
  const ofProject = active.filter((build) => build.request.project.name === request.project.name);
  if (limit === undefined || ofProject.length < limit) return;
  throw limitExceeded(`Cannot have more than ${limit} active builds for the project`);
}

function limitExceeded(message: string): AwsError {
  return new AwsError("AccountLimitExceededException", message);
}
