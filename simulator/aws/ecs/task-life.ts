import type { Program, StartProgram } from "../../machine.ts";
import type { Events } from "../events.ts";
import type { AwsSurroundings } from "../surroundings.ts";
import type { EcsLatency } from "./ecs-latency.ts";
import { environmentOf, type StopCode, type Task, type TaskProgress } from "./task.ts";
import { toTaskEventDetail } from "./task-shape.ts";

/** What moves tasks from accepted to stopped. */
export type TaskLife = {
  readonly begin: (task: Task) => void;
  /** Asks a task to stop; does nothing once that has been asked. */
  readonly stop: (task: Task, stop: TaskStop) => void;
  /** Stops a task whose container never ran. */
  readonly failStart: (task: Task, reason: string) => void;
  /** Leaves a task whose container never ran where it is, until somebody stops it. */
  readonly stallStart: (task: Task) => void;
};

type TaskStop = { readonly code: StopCode; readonly reason: string };

type LifeOptions = {
  readonly surroundings: AwsSurroundings;
  readonly events: Events;
  readonly startProgram: StartProgram;
  readonly latency: EcsLatency;
};

/** What is under way for a task: its next step, and its program once it runs. */
type Activity = { cancelNext: () => void; program?: Program };

/** One step and how many milliseconds from now it comes. */
type Step = { readonly after: number; readonly run: () => void };

type Life = LifeOptions & { readonly activities: Map<Task, Activity> };

const killedExitCode = 137;

/** The life of Fargate tasks; every change of status is announced as an event. */
export function createTaskLife(options: LifeOptions): TaskLife {
  const life: Life = { ...options, activities: new Map() };
  return {
    begin: (task) => {
      announce(life, task);
      provision(life, task);
    },
    stop: (task, stop) => {
      stopTask(life, task, stop);
    },
    failStart: (task, reason) => {
      if (task.lastStatus !== "PROVISIONING" && task.lastStatus !== "PENDING") {
        throw new Error(
          `${task.arn} is ${task.lastStatus}; only a task not yet started can fail to`,
        );
      }
      task.containerReason = reason;
      stopTask(life, task, { code: "TaskFailedToStart", reason });
    },
    stallStart: (task) => {
      if (task.startedAt === undefined) plan(life, task, { after: 0, run: () => {} });
    },
  };
}

function provision(life: Life, task: Task): void {
  const { provisioning, pending } = life.latency;
  const pull = () => {
    pullImage(life, task);
  };
  plan(life, task, {
    after: provisioning,
    run: () => {
      change(life, task, { lastStatus: "PENDING" });
      plan(life, task, { after: pending, run: pull });
    },
  });
}

function pullImage(life: Life, task: Task): void {
  task.pullStartedAt = now(life);
  const start = () => {
    startContainer(life, task);
  };
  plan(life, task, {
    after: life.latency.pull,
    run: () => {
      task.pullStoppedAt = now(life);
      plan(life, task, { after: life.latency.start, run: start });
    },
  });
}

function startContainer(life: Life, task: Task): void {
  change(life, task, { lastStatus: "RUNNING", startedAt: now(life) });
  const activity: Activity = { cancelNext: () => {} };
  life.activities.set(task, activity);
  activity.program = life.startProgram({
    id: task.arn,
    environment: environmentOf(task),
    exit: (exitCode) => {
      endExecution(life, task, exitCode);
    },
  });
}

function stopTask(life: Life, task: Task, stop: TaskStop): void {
  if (task.desiredStatus === "STOPPED") return;
  requestStop(life, task, stop);
  const activity = life.activities.get(task);
  if (activity?.program === undefined) {
    deprovision(life, task);
    return;
  }
  const { program } = activity;
  plan(life, task, {
    after: task.request.definition.stopTimeoutSeconds * 1000,
    run: () => {
      program.kill();
      endExecution(life, task, killedExitCode);
    },
  });
  program.terminate();
}

function requestStop(life: Life, task: Task, stop: TaskStop): void {
  change(life, task, {
    desiredStatus: "STOPPED",
    stopCode: stop.code,
    stoppedReason: stop.reason,
    stoppingAt: now(life),
  });
}

function endExecution(life: Life, task: Task, exitCode: number): void {
  // Only the first end counts: a killed program has no say any more.
  if (task.executionStoppedAt !== undefined) return;
  task.exitCode = exitCode;
  task.executionStoppedAt = now(life);
  if (task.desiredStatus === "RUNNING") {
    const reason = "Essential container in task exited";
    requestStop(life, task, { code: "EssentialContainerExited", reason });
  }
  deprovision(life, task);
}

function deprovision(life: Life, task: Task): void {
  change(life, task, { lastStatus: "DEPROVISIONING" });
  plan(life, task, {
    after: life.latency.deprovisioning,
    run: () => {
      life.activities.delete(task);
      change(life, task, { lastStatus: "STOPPED", stoppedAt: now(life) });
    },
  });
}

/** Plans the one thing that happens next by itself, in place of what was planned before. */
function plan(life: Life, task: Task, step: Step): void {
  const activity = life.activities.get(task);
  activity?.cancelNext();
  const cancelNext = life.surroundings.timeline.after(step.after, step.run);
  if (activity) activity.cancelNext = cancelNext;
  else life.activities.set(task, { cancelNext });
}

function change(life: Life, task: Task, progress: Partial<TaskProgress>): void {
  Object.assign(task, progress);
  task.version += 1;
  announce(life, task);
}

function announce(life: Life, task: Task): void {
  life.events.emit({
    source: "aws.ecs",
    "detail-type": "ECS Task State Change",
    resources: [task.arn],
    detail: { ...toTaskEventDetail(task), updatedAt: new Date(now(life)).toISOString() },
  });
}

function now(life: Life): number {
  return life.surroundings.timeline.now();
}
