import { AwsError } from "../aws-error.ts";
import type { Operation } from "../aws-json.ts";
import type { JsonReader } from "../json-reader.ts";
import { createRateLimit, type RateLimit } from "../rate-limit.ts";
import { toCanonicalJson, type AwsSurroundings } from "../surroundings.ts";
import { distribute } from "./capacity-provider-strategy.ts";
import type { CapacityProvider, Clusters } from "./clusters.ts";
import { createIdempotency } from "./idempotency.ts";
import { readRunTaskRequest, type RunTaskRequest } from "./run-task-request.ts";
import { checkRunTask } from "./run-task-rules.ts";
import { createTask, type Task } from "./task.ts";
import type { TaskDefinitions } from "./task-definitions.ts";
import type { TaskLife } from "./task-life.ts";
import type { TaskRegistry } from "./task-registry.ts";
import { toWireTask } from "./task-shape.ts";

/** What an operator of the simulator can change about launches. */
export type LaunchConditions = {
  /** Tasks a provider has room for at once; absent means without limit. */
  readonly capacity: Map<CapacityProvider, number>;
  throttling: boolean;
};

/** What RunTask works with. */
export type RunTaskOptions = {
  readonly surroundings: AwsSurroundings;
  readonly clusters: Clusters;
  readonly definitions: TaskDefinitions;
  readonly tasks: TaskRegistry;
  readonly life: TaskLife;
  readonly conditions: LaunchConditions;
};

type Launched = { readonly tasks: readonly Task[]; readonly failures: readonly unknown[] };

const outOfCapacity =
  "Capacity is unavailable at this time. Please try again later or in a different availability zone";

/** The RunTask operation: throttled, checked, idempotent, and with failures in a successful answer. */
export function createRunTask(options: RunTaskOptions): Operation {
  const idempotency = createIdempotency(options.surroundings.timeline);
  const throttle = createThrottle(options);
  return (input) => {
    throttle.checkCall();
    const request = readRunTaskRequest(input, options);
    checkRunTask(request);
    const key = `${request.cluster.arn} ${request.clientToken ?? ""}`;
    const fingerprint = fingerprintOf(input);
    const replayed = request.clientToken && idempotency.replay(key, fingerprint);
    if (replayed) return replayed;
    const { tasks, failures } = launch(options, request, throttle);
    const answer = { tasks: tasks.map((task) => toWireTask(task, true)), failures };
    for (const task of tasks) options.life.begin(task);
    if (request.clientToken) idempotency.remember(key, { fingerprint, answer, tasks });
    return answer;
  };
}

type Throttle = {
  readonly checkCall: () => void;
  readonly checkLaunch: (provider: CapacityProvider, count: number) => void;
};

/** Fargate's rates: 20 calls a second, and per kind of capacity 20 launches a second after a burst of 100. */
function createThrottle({ surroundings, conditions }: RunTaskOptions): Throttle {
  const calls = createRateLimit(surroundings.timeline, { perSecond: 20, burst: 20 });
  const launchRate = { perSecond: 20, burst: 100 };
  const launches: Readonly<Record<CapacityProvider, RateLimit>> = {
    FARGATE: createRateLimit(surroundings.timeline, launchRate),
    FARGATE_SPOT: createRateLimit(surroundings.timeline, launchRate),
  };
  const check = (limit: RateLimit, count: number) => {
    if (!conditions.throttling || limit.tryTake(count)) return;
    throw new AwsError("ThrottlingException", "Rate exceeded");
  };
  return {
    checkCall: () => {
      check(calls, 1);
    },
    checkLaunch: (provider, count) => {
      check(launches[provider], count);
    },
  };
}

function fingerprintOf(input: JsonReader): string {
  return toCanonicalJson(input.raw);
}

function launch(options: RunTaskOptions, request: RunTaskRequest, throttle: Throttle): Launched {
  const providers = providersOf(request);
  for (const provider of new Set(providers)) {
    throttle.checkLaunch(provider, providers.filter((other) => other === provider).length);
  }
  const tasks: Task[] = [];
  const failures: unknown[] = [];
  for (const provider of providers) {
    const capacity = options.conditions.capacity.get(provider) ?? Number.POSITIVE_INFINITY;
    if (options.tasks.countAlive(provider) >= capacity) {
      failures.push({ arn: null, reason: outOfCapacity });
      continue;
    }
    const task = createTask(options.surroundings, request, provider);
    options.tasks.add(task);
    tasks.push(task);
  }
  return { tasks, failures };
}

function providersOf(request: RunTaskRequest): readonly CapacityProvider[] {
  const onDemand = [{ provider: "FARGATE", weight: 1, base: 0 }] as const;
  return distribute(request.strategy.length > 0 ? request.strategy : onDemand, request.count);
}
