import type { Surroundings } from "../../functions/adapters/surroundings.ts";
import { createJsonLog } from "../../functions/adapters/json-log.ts";
import { stateChangeFields } from "../../functions/core/state-change.ts";
import { createFollowRunner } from "../../functions/follow-runner/follow-runner.ts";
import { createLaunchRunner } from "../../functions/launch-runner/launch-runner.ts";
import { createReceiveWebhook } from "../../functions/receive-webhook/receive-webhook.ts";
import { createReconcile } from "../../functions/reconcile/reconcile.ts";
import { createEventSource } from "../../simulator/aws/event-source.ts";
import { transformInput } from "../../simulator/aws/input-transformer.ts";
import type { GitHubOptions } from "../../simulator/github/state.ts";
import { createInProcessFetch } from "../../simulator/in-process-fetch.ts";
import { createInProcessRequestHandler } from "../../simulator/in-process-request-handler.ts";
import { createServices, type Services } from "../../simulator/services.ts";
import { callName } from "../../simulator/simulation/call-name.ts";
import { createVirtualTimeline, type VirtualTimeline } from "../../simulator/virtual-timeline.ts";
import type { WireService } from "../../simulator/wire.ts";
import { createTestRandom, privateKey, repository, start } from "./test-world.ts";

/**
 * Which call to the outside, counted over all functions, is the last of the instance that makes it:
 * it dies before or after the call's effect. Or it lives on, and has the answer only ten seconds later.
 */
export type Death = { readonly call: number; readonly when: "before" | "after" | "late" };

/** Something that happens between a call's effect and its answer; calls are counted like those of a death. */
export type Interlude = {
  readonly call: number;
  readonly play: (world: Services) => Promise<void>;
};

/** The simulated services with functions whose instances can die, and are then replaced. */
export type MortalWorld = Services & {
  readonly timeline: VirtualTimeline;
  /** Function and call, e.g. `launch-runner RunTask`, in order. */
  readonly calls: string[];
  readonly lines: string[];
  /** The machines that are alive, and the most that were at the same time. */
  readonly machines: { readonly alive: ReadonlySet<unknown>; most: number };
  readonly pass: (seconds: number) => Promise<void>;
};

type Invoke<Event> = (event: Event) => Promise<unknown>;
type LambdaFunction<Event> = {
  readonly name: string;
  readonly create: (surroundings: Surroundings) => Promise<Invoke<Event>>;
};
type Instance<Event> = {
  readonly life: { dead: boolean };
  readonly invoke: Promise<Invoke<Event>>;
};

// The calls of a dead instance reach nobody. They fail instead of never ending, because auth-app keeps
// the token requests under way in one map for all instances of the process.
const lastBreath = new Error("the instance is dead");

/** Lambda's limit for every function behind the webhook, in milliseconds. */
const functionTimeout = 15_000;
/** How late a late answer is, in milliseconds: the other calls still fit the invocation. */
const lateAfter = 10_000;

/** Starts functions that are as mortal as Lambda's: one instance an invocation, cut off after 15 s. */
export async function createMortalWorld(
  death?: Death,
  interlude?: Interlude,
): Promise<MortalWorld> {
  const timeline = createVirtualTimeline(start);
  const random = createTestRandom();
  const late: { deliver?: GitHubOptions["deliver"] } = {};
  const services = createServices({
    timeline,
    random,
    privateKey,
    deliver: async (request) => (await late.deliver?.(request)) ?? { status: 503 },
  });
  services.gitHub.addRepository({ fullName: repository });
  const calls: string[] = [];
  const lines: string[] = [];
  const surroundings = {
    env: services.account.env,
    now: () => timeline.now(),
    random,
    log: createJsonLog((line) => lines.push(line)),
  };
  const world: World = { services, timeline, surroundings, calls, death, interlude };
  late.deliver = await startReceiver(world);
  startConsumers(world);
  return {
    ...services,
    timeline,
    calls,
    lines,
    machines: countMachines(services),
    pass: async (seconds) => timeline.advance(seconds * 1_000),
  };
}

type World = {
  readonly services: Services;
  readonly timeline: VirtualTimeline;
  readonly surroundings: Omit<Surroundings, "requestHandler" | "fetch">;
  readonly calls: string[];
  readonly death: Death | undefined;
  readonly interlude: Interlude | undefined;
};

async function startReceiver({ services, surroundings }: World): Promise<GitHubOptions["deliver"]> {
  const receive = await createReceiveWebhook({
    ...surroundings,
    ...connect(services, (service) => service),
  });
  return async ({ method, path, headers, body }) => {
    const requestContext = { stage: "$default", http: { method } };
    const answer = await receive({ rawPath: path, headers, requestContext, body });
    return { status: answer.statusCode };
  };
}

function startConsumers(world: World): void {
  const { services, timeline } = world;
  createEventSource({
    sqs: services.aws.sqs,
    queueUrl: services.account.queueUrl,
    timeline,
    batchSize: 10,
    maximumConcurrency: 10,
    invoke: createPool({ name: "launch-runner", create: createLaunchRunner }, world),
  });
  const followRunner = createPool({ name: "follow-runner", create: createFollowRunner }, world);
  services.aws.events.subscribe(async (event) => {
    const fields = Object.entries(stateChangeFields).find(
      ([type]) => type === event["detail-type"],
    );
    if (fields !== undefined) await followRunner(transformInput(event, fields[1]));
  });
  const reconcile = createPool({ name: "reconcile", create: createReconcile }, world);
  const repeat = (): void => {
    timeline.after(60_000, () => {
      repeat();
      reconcile(undefined).catch(() => {});
    });
  };
  repeat();
}

/** Warm instances serve one invocation at a time; one that was cut off is never used again. */
function createPool<Event>(lambda: LambdaFunction<Event>, world: World): Invoke<Event> {
  const idle: Instance<Event>[] = [];
  return async (event) => {
    const instance = idle.pop() ?? createInstance(lambda, world);
    const running = instance.invoke.then(async (invoke) => invoke(event));
    try {
      return await cutOff(running, world.timeline, () => {
        instance.life.dead = true;
      });
    } finally {
      if (!instance.life.dead) idle.push(instance);
    }
  };
}

async function cutOff<T>(
  running: Promise<T>,
  timeline: VirtualTimeline,
  onTimeout: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = timeline.after(functionTimeout, () => {
      onTimeout();
      reject(new Error("Task timed out after 15.00 seconds"));
    });
    running.then(resolve, reject).finally(cancel);
  });
}

function createInstance<Event>(
  { name, create }: LambdaFunction<Event>,
  world: World,
): Instance<Event> {
  const { services, surroundings, calls, death, interlude } = world;
  const life = { dead: false };
  const interpose =
    (service: WireService): WireService =>
    async (request) => {
      if (life.dead) throw lastBreath;
      const call = calls.push(`${name} ${callName(request)}`) - 1;
      const when = death?.call === call ? death.when : undefined;
      life.dead = when === "before" || when === "after";
      if (when === "before") throw lastBreath;
      const response = await service(request);
      if (interlude?.call === call) await interlude.play(services);
      if (when === "late") await sleep(world.timeline, lateAfter);
      if (life.dead) throw lastBreath;
      return response;
    };
  const invoke = create({ ...surroundings, ...connect(services, interpose) });
  return { life, invoke };
}

async function sleep(timeline: VirtualTimeline, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    timeline.after(milliseconds, resolve);
  });
}

function connect({ aws, gitHub }: Services, interpose: (service: WireService) => WireService) {
  return {
    requestHandler: createInProcessRequestHandler(interpose(aws.handle)),
    fetch: createInProcessFetch(interpose(gitHub.handle), { pathPrefix: "/github" }),
  };
}

function countMachines({ aws }: Services): MortalWorld["machines"] {
  const alive = new Set<unknown>();
  const machines = { alive, most: 0 };
  aws.events.subscribe(({ detail }) => {
    const id = detail["taskArn"] ?? detail["build-id"];
    if ([detail["desiredStatus"], detail["build-status"]].some(isAlive)) alive.add(id);
    else alive.delete(id);
    machines.most = Math.max(machines.most, alive.size);
  });
  return machines;
}

function isAlive(status: unknown): boolean {
  return status === "RUNNING" || status === "IN_PROGRESS";
}
