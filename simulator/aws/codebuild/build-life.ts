import type { Program, StartProgram } from "../../machine.ts";
import type { Events } from "../events.ts";
import type { AwsSurroundings } from "../surroundings.ts";
import { beginPhase, endPhase, type Build, type BuildStatus } from "./build.ts";
import { environmentOf, isEnvironmentTooLarge } from "./build-environment.ts";
import { toBuildEventDetail } from "./build-shape.ts";

/** How long the phases around a build's own work take, in milliseconds. */
export type CodeBuildLatency = {
  readonly submitted: number;
  readonly provisioning: number;
  readonly finalizing: number;
};

/** A standard image without privileged mode. */
export const defaultCodeBuildLatency: CodeBuildLatency = {
  submitted: 500,
  provisioning: 4000,
  finalizing: 1000,
};

/** What moves builds from submitted to completed. */
export type BuildLife = {
  readonly begin: (build: Build) => void;
  /** Ends a build at once; does nothing once it has ended. */
  readonly stop: (build: Build) => void;
  /** Builds beyond this many at once wait in QUEUED. */
  readonly setConcurrency: (builds: number) => void;
};

type LifeOptions = {
  readonly surroundings: AwsSurroundings;
  readonly events: Events;
  readonly startProgram: StartProgram;
  readonly latency: CodeBuildLatency;
  readonly concurrency: number;
};

type Ending = { readonly status: BuildStatus; readonly message?: string };

/** What is under way for a build. */
type Activity = { readonly cancels: Set<() => void>; program?: Program };

type Life = Omit<LifeOptions, "concurrency"> & {
  concurrency: number;
  readonly queued: Set<Build>;
  readonly running: Map<Build, Activity>;
  readonly queueTimeouts: Map<Build, () => void>;
};

const minute = 60_000;

/** The life of builds; the first and the last status are announced as events. */
export function createBuildLife(options: LifeOptions): BuildLife {
  const life: Life = {
    ...options,
    queued: new Set(),
    running: new Map(),
    queueTimeouts: new Map(),
  };
  return {
    begin: (build) => {
      beginPhase(build, "SUBMITTED", now(life));
      announce(life, build);
      life.surroundings.timeline.after(life.latency.submitted, () => {
        enqueue(life, build);
      });
    },
    stop: (build) => {
      life.running.get(build)?.program?.kill();
      complete(life, build, { status: "STOPPED" });
    },
    setConcurrency: (builds) => {
      life.concurrency = builds;
      admit(life);
    },
  };
}

function enqueue(life: Life, build: Build): void {
  if (build.endedAt !== undefined) return;
  beginPhase(build, "QUEUED", now(life));
  life.queued.add(build);
  const timeout = build.request.queuedTimeoutInMinutes * minute;
  const expire = () => {
    complete(life, build, { status: "TIMED_OUT", message: "Build has been queued for too long" });
  };
  life.queueTimeouts.set(build, life.surroundings.timeline.after(timeout, expire));
  admit(life);
}

function admit(life: Life): void {
  for (const build of life.queued) {
    if (life.running.size >= life.concurrency) return;
    leaveQueue(life, build);
    life.running.set(build, { cancels: new Set() });
    beginPhase(build, "PROVISIONING", now(life));
    schedule(life, build, {
      after: life.latency.provisioning,
      run: () => {
        provisioned(life, build);
      },
    });
  }
}

function provisioned(life: Life, build: Build): void {
  if (build.isStalled === true) return;
  if (isEnvironmentTooLarge(build)) {
    complete(life, build, { status: "FAILED", message: "CodeBuild is experiencing an issue" });
    return;
  }
  for (const phase of ["DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD"] as const) {
    beginPhase(build, phase, now(life));
  }
  runProgram(life, build);
}

function runProgram(life: Life, build: Build): void {
  schedule(life, build, {
    after: build.request.timeoutInMinutes * minute,
    run: () => {
      life.running.get(build)?.program?.kill();
      const message = `Build timed out after ${build.request.timeoutInMinutes} minutes`;
      complete(life, build, { status: "TIMED_OUT", message });
    },
  });
  const activity = life.running.get(build);
  const program = life.startProgram({
    id: build.id,
    environment: environmentOf(build),
    exit: (exitCode) => {
      finalize(life, build, exitCode);
    },
  });
  if (activity) activity.program = program;
}

function finalize(life: Life, build: Build, exitCode: number): void {
  if (build.endedAt !== undefined || build.phases.at(-1)?.type !== "BUILD") return;
  const activity = life.running.get(build);
  for (const cancel of activity?.cancels ?? []) cancel();
  delete activity?.program;
  const status = exitCode === 0 ? "SUCCEEDED" : "FAILED";
  const message =
    exitCode === 0 ? "" : `Error while executing command. Reason: exit status ${exitCode}`;
  endPhase(build, now(life), { status, message });
  for (const phase of ["POST_BUILD", "UPLOAD_ARTIFACTS", "FINALIZING"] as const) {
    beginPhase(build, phase, now(life));
  }
  schedule(life, build, {
    after: life.latency.finalizing,
    run: () => {
      endPhase(build, now(life), { status: "SUCCEEDED" });
      complete(life, build, { status });
    },
  });
}

function complete(life: Life, build: Build, ending: Ending): void {
  if (build.endedAt !== undefined) return;
  endPhase(build, now(life), ending);
  beginPhase(build, "COMPLETED", now(life));
  build.status = ending.status;
  build.endedAt = now(life);
  for (const cancel of life.running.get(build)?.cancels ?? []) cancel();
  life.running.delete(build);
  leaveQueue(life, build);
  announce(life, build);
  admit(life);
}

function leaveQueue(life: Life, build: Build): void {
  life.queueTimeouts.get(build)?.();
  life.queueTimeouts.delete(build);
  life.queued.delete(build);
}

function schedule(
  life: Life,
  build: Build,
  step: { readonly after: number; readonly run: () => void },
): void {
  const cancel = life.surroundings.timeline.after(step.after, step.run);
  life.running.get(build)?.cancels.add(cancel);
}

function announce(life: Life, build: Build): void {
  life.events.emit({
    source: "aws.codebuild",
    "detail-type": "CodeBuild Build State Change",
    resources: [build.arn],
    detail: toBuildEventDetail(build),
  });
}

function now(life: Life): number {
  return life.surroundings.timeline.now();
}
