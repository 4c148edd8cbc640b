import { toEpochSeconds } from "../surroundings.ts";
import { currentPhase, type Build, type Phase } from "./build.ts";

type Shape = Readonly<Record<string, unknown>>;

/** A build as the API answers it. */
export function toWireBuild(build: Build): Shape {
  const { request } = build;
  return {
    id: build.id,
    arn: build.arn,
    buildNumber: build.number,
    projectName: request.project.name,
    startTime: toEpochSeconds(build.startedAt),
    ...(build.endedAt !== undefined && { endTime: toEpochSeconds(build.endedAt) }),
    currentPhase: currentPhase(build),
    buildStatus: build.status,
    buildComplete: build.endedAt !== undefined,
    initiator: "simulator",
    source: { type: request.sourceType, buildspec: request.buildspec },
    environment: {
      type: request.environmentType,
      image: request.image,
      computeType: request.computeType,
      privilegedMode: request.privilegedMode,
      environmentVariables: request.environmentVariables,
    },
    timeoutInMinutes: request.timeoutInMinutes,
    queuedTimeoutInMinutes: request.queuedTimeoutInMinutes,
    phases: build.phases.map((phase) => toWirePhase(phase)),
  };
}

/** The detail of a `CodeBuild Build State Change` event. */
export function toBuildEventDetail(build: Build): Shape {
  return {
    "build-status": build.status,
    "project-name": build.request.project.name,
    "build-id": build.arn,
    "additional-information": toAdditionalInformation(build),
    "current-phase": currentPhase(build),
    "current-phase-context": toContext(build.phases.at(-1)?.message),
    version: "1",
  };
}

function toAdditionalInformation(build: Build): Shape {
  const { request } = build;
  return {
    "build-complete": build.endedAt !== undefined,
    "build-number": build.number,
    "build-start-time": toEventTime(build.startedAt),
    initiator: "simulator",
    "timeout-in-minutes": request.timeoutInMinutes,
    "queued-timeout-in-minutes": request.queuedTimeoutInMinutes,
    source: { type: request.sourceType, buildspec: request.buildspec },
    environment: {
      type: request.environmentType,
      image: request.image,
      "compute-type": request.computeType,
      "privileged-mode": request.privilegedMode,
      "image-pull-credentials-type": "CODEBUILD",
      "environment-variables": request.environmentVariables,
    },
    phases: build.phases.map((phase) => toEventPhase(phase)),
  };
}

function toWirePhase(phase: Phase): Shape {
  return {
    phaseType: phase.type,
    startTime: toEpochSeconds(phase.startedAt),
    ...(phase.endedAt !== undefined && {
      phaseStatus: phase.status,
      endTime: toEpochSeconds(phase.endedAt),
      durationInSeconds: durationOf(phase, phase.endedAt),
      contexts: [{ statusCode: "", message: phase.message ?? "" }],
    }),
  };
}

function toEventPhase(phase: Phase): Shape {
  return {
    "phase-type": phase.type,
    "start-time": toEventTime(phase.startedAt),
    ...(phase.endedAt !== undefined && {
      "phase-status": phase.status,
      "end-time": toEventTime(phase.endedAt),
      "duration-in-seconds": durationOf(phase, phase.endedAt),
      "phase-context": [toContext(phase.message)],
    }),
  };
}

function toContext(message: string | undefined): string {
  return `[: ${message ?? ""}]`;
}

function durationOf(phase: Phase, endedAt: number): number {
  return Math.floor((endedAt - phase.startedAt) / 1000);
}

const eventTime = new Intl.DateTimeFormat("en-US", {
  month: "short",
  day: "numeric",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
  second: "2-digit",
  timeZone: "UTC",
});

/** `Sep 1, 2017 4:12:29 PM`, as CodeBuild writes times in its events. */
function toEventTime(milliseconds: number): string {
  const parts = new Map(
    eventTime.formatToParts(milliseconds).map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  const time = `${part("hour")}:${part("minute")}:${part("second")} ${part("dayPeriod")}`;
  return `${part("month")} ${part("day")}, ${part("year")} ${time}`;
}
