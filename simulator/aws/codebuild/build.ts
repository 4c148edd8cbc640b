import { arnOf, randomUuid, type AwsSurroundings } from "../surroundings.ts";
import type { BuildRequest } from "./build-request.ts";

/** How a build stands. */
export type BuildStatus = "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "STOPPED" | "TIMED_OUT";

/** The phases of a build, in their order. */
const phaseTypes = [
  "SUBMITTED",
  "QUEUED",
  "PROVISIONING",
  "DOWNLOAD_SOURCE",
  "INSTALL",
  "PRE_BUILD",
  "BUILD",
  "POST_BUILD",
  "UPLOAD_ARTIFACTS",
  "FINALIZING",
  "COMPLETED",
] as const;

/** One phase's name. */
export type PhaseType = (typeof phaseTypes)[number];

/** A phase that has begun. */
export type Phase = {
  readonly type: PhaseType;
  readonly startedAt: number;
  endedAt?: number;
  status?: BuildStatus;
  message?: string;
};

/** One build. */
export type Build = {
  /** `project:uuid` */
  readonly id: string;
  readonly arn: string;
  readonly number: number;
  readonly request: BuildRequest;
  readonly startedAt: number;
  readonly phases: Phase[];
  status: BuildStatus;
  /** Stays in PROVISIONING until it is stopped. */
  isStalled?: boolean;
  endedAt?: number;
};

/** A build that has just been submitted. */
export function createBuild(
  surroundings: AwsSurroundings,
  request: BuildRequest,
  number: number,
): Build {
  const id = `${request.project.name}:${randomUuid(surroundings.random)}`;
  return {
    id,
    arn: arnOf(surroundings, "codebuild", `build/${id}`),
    number,
    request,
    startedAt: surroundings.timeline.now(),
    phases: [],
    status: "IN_PROGRESS",
  };
}

/** The phase a build is in; SUBMITTED before the first. */
export function currentPhase(build: Build): PhaseType {
  return build.phases.at(-1)?.type ?? "SUBMITTED";
}

/** Ends the phase a build is in, unless it has ended. */
export function endPhase(
  build: Build,
  now: number,
  result: { readonly status: BuildStatus; readonly message?: string },
): void {
  const phase = build.phases.at(-1);
  if (!phase || phase.endedAt !== undefined) return;
  phase.endedAt = now;
  phase.status = result.status;
  if (result.message !== undefined) phase.message = result.message;
}

/** Ends the phase before with success and begins the next. */
export function beginPhase(build: Build, type: PhaseType, now: number): void {
  endPhase(build, now, { status: "SUCCEEDED" });
  build.phases.push({ type, startedAt: now });
}
