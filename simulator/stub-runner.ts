import { expandJitConfig } from "../functions/adapters/compact-jit-config.ts";
import type { GitHub } from "./github/github.ts";
import { type Job, sameName } from "./github/model.ts";
import type { RunnerSession } from "./github/session.ts";
import type { Machine, Program, StartProgram } from "./machine.ts";
import type { Timeline } from "./timeline.ts";

/** How a stub runner behaves. */
export type StubRunnerOptions = {
  readonly gitHub: Pick<GitHub, "connectRunner">;
  readonly timeline: Timeline;
  /**
   * From the machine's start to the runner's connection.
   * @default 2_000
   */
  readonly bootMilliseconds?: number;
  /**
   * How long the entrypoint lets the runner listen without a job.
   * @default 300_000
   */
  readonly idleMilliseconds?: number;
};

/** Exit codes of Runner.Listener: done, cannot go on, the session is someone else's. */
const exitCodes = { done: 0, terminated: 1, conflict: 5 } as const;

const terminationMilliseconds = 500;
const cancellationMilliseconds = 500;
/** How long the job-started hook takes to refuse. */
const hookMilliseconds = 1000;

const shutdownSignal =
  "The runner has received a shutdown signal. This can happen when the runner service is stopped, or a manually started runner is canceled.";

/** A machine's program that does what runner image, entrypoint, hooks and Runner.Listener do together. */
export function createStubRunner(options: StubRunnerOptions): StartProgram {
  return (machine) =>
    startRunner({ bootMilliseconds: 2000, idleMilliseconds: 300_000, ...options }, machine);
}

type Runner = Required<StubRunnerOptions> & {
  readonly machine: Machine;
  /** What is still to come; cancelled when the runner ends. */
  readonly planned: Set<() => void>;
  session: RunnerSession | undefined;
  phase: "booting" | "listening" | "working" | "ended";
};

function startRunner(options: Required<StubRunnerOptions>, machine: Machine): Program {
  const runner: Runner = {
    ...options,
    machine,
    planned: new Set(),
    session: undefined,
    phase: "booting",
  };
  plan(runner, options.bootMilliseconds, () => {
    listen(runner);
  });
  return {
    terminate: () => {
      terminate(runner);
    },
    kill: () => {
      stop(runner);
      runner.session?.vanish();
    },
  };
}

function listen(runner: Runner): void {
  const { gitHub, machine, idleMilliseconds } = runner;
  runner.phase = "listening";
  plan(runner, idleMilliseconds, () => {
    runner.session?.disconnect();
    exit(runner, exitCodes.done);
  });
  const session = gitHub.connectRunner(readJitConfig(machine), {
    onJob: (job) => {
      work(runner, job);
    },
    onCancelled: () => {
      finish(runner, cancellationMilliseconds, { conclusion: "cancelled", annotations: [] });
    },
    onRemoved: () => {
      exit(runner, exitCodes.terminated);
    },
  });
  if (session === "conflict") exit(runner, exitCodes.conflict);
  else if (session === "deleted" || session === "malformed") exit(runner, exitCodes.terminated);
  else runner.session = session;
}

/** A JIT config that cannot be expanded is one that GitHub would not know either. */
function readJitConfig({ environment }: Machine): string {
  try {
    return expandJitConfig(environment["TORNADE_JIT_CONFIG"] ?? "");
  } catch {
    return "";
  }
}

function work(runner: Runner, job: Job): void {
  if (runner.phase !== "listening") return;
  runner.phase = "working";
  const reason = runner.machine.environment["TORNADE_REFUSAL"];
  if (reason !== undefined && isRefused(runner.machine, job)) {
    const annotations = [`tornade: ${reason}`];
    finish(runner, hookMilliseconds, { conclusion: "failure", annotations });
    return;
  }
  finish(runner, job.durationMilliseconds, { conclusion: job.wantedConclusion, annotations: [] });
}

/** The hook knows repository, run and attempt of the job it runs in, but not the job's id. */
function isRefused({ environment }: Machine, job: Job): boolean {
  return (
    sameName(job.repository, environment["TORNADE_REPOSITORY"] ?? "") &&
    String(job.runId) === environment["TORNADE_RUN_ID"] &&
    String(job.runAttempt) === environment["TORNADE_RUN_ATTEMPT"]
  );
}

type End = Pick<Job, "annotations"> & { readonly conclusion: Job["wantedConclusion"] };

/** Ends the job after some time, unless something else ends it before. */
function finish(runner: Runner, milliseconds: number, { conclusion, annotations }: End): void {
  cancelPlans(runner);
  plan(runner, milliseconds, () => {
    runner.session?.completeJob(conclusion, annotations);
    exit(runner, exitCodes.done);
  });
}

/** SIGTERM: a running job fails; an idle runner takes its leave at once, so that no job comes in between. */
function terminate(runner: Runner): void {
  if (runner.phase === "ended") return;
  if (runner.phase === "working") {
    const end = { conclusion: "failure", annotations: [shutdownSignal] } as const;
    finish(runner, terminationMilliseconds, end);
    return;
  }
  cancelPlans(runner);
  runner.session?.disconnect();
  plan(runner, terminationMilliseconds, () => {
    exit(runner, exitCodes.done);
  });
}

function exit(runner: Runner, exitCode: number): void {
  if (runner.phase === "ended") return;
  stop(runner);
  runner.machine.exit(exitCode);
}

function stop(runner: Runner): void {
  cancelPlans(runner);
  runner.phase = "ended";
}

function plan(runner: Runner, milliseconds: number, action: () => void): void {
  runner.planned.add(runner.timeline.after(milliseconds, action));
}

function cancelPlans({ planned }: Runner): void {
  for (const cancel of planned) cancel();
  planned.clear();
}
