import { generateKeyPairSync } from "node:crypto";

import { settingNames } from "../../functions/adapters/settings.ts";
import type { Log } from "../../functions/core/log.ts";
import type { VirtualTimeline } from "../virtual-timeline.ts";
import { createWorld, type Deliver, type World, type WorldOptions } from "../world.ts";
import type { Call } from "./contract.ts";
import { owners, rerunRepositories } from "./draw-job.ts";
import type { RecordedFaults } from "./faults.ts";
import { createLambdaHost } from "./lambda-host.ts";
import type { Instance } from "./lambda-instance.ts";
import type { Observers } from "./observers.ts";
import type { RunOptions, RunParts } from "./run.ts";
import { drawInteger, type Random, type Streams } from "./seeded-random.ts";

type Parts = RunParts & {
  readonly timeline: VirtualTimeline;
  readonly observers: Observers;
  readonly stream: Streams;
  readonly living: Set<Instance>;
};

/** Builds that run at once in each simulated account. */
const buildsAtOnce = 60;

/** Milliseconds from a call to its answer. */
const latencies: Readonly<Record<Call["service"], { least: number; most: number }>> = {
  aws: { least: 4, most: 30 },
  github: { least: 60, most: 260 },
};

/** tornade with mortal functions, faults at every seam, and everything that happens told. */
export async function createWatchedWorld(
  options: RunOptions,
  parts: Parts,
): Promise<{ readonly world: World; readonly faults: RecordedFaults }> {
  const { timeline, stream, observers } = parts;
  const late: { world?: World } = {};
  const faults = parts.createFaults({
    names: options.faults,
    stream,
    timeline,
    services: () => {
      if (late.world === undefined) throw new Error("the run has not begun");
      return late.world;
    },
  });
  const honest = createOptions(faults, parts);
  const world = await createWorld(options.sabotage?.(honest) ?? honest);
  late.world = world;
  world.aws.codeBuild.setConcurrency(buildsAtOnce);
  world.aws.events.subscribe(observers.onTask);
  world.gitHub.watch({ onJob: observers.onJob, onRunner: () => {} });
  return { world, faults };
}

/** How long ListTasks does not show a task yet: several seconds, to be sure that it matters. */
const listedAfter = 10_000;

function createOptions(
  faults: RecordedFaults,
  { timeline, stream, observers, living }: Parts,
): WorldOptions {
  const { betweenAws, betweenGitHub, betweenEvents, betweenQueue, lambdaPolicy: policy } = faults;
  const { onCall, onLog } = observers;
  const lambda = { betweenAws, betweenGitHub, onCall, onLog };
  return {
    timeline,
    random: stream("world"),
    privateKey: readPrivateKey(),
    log: silent,
    env: {
      [settingNames.owners]: owners.join(","),
      [settingNames.checkRuns]: "on",
      [settingNames.rerunRepositories]: rerunRepositories.join(","),
      // Without one the SDK looks for it in files under ~/.aws, which takes more than promises.
      AWS_ENDPOINT_URL: "http://127.0.0.1",
    },
    aws: { random: stream("aws"), ecsLatency: { listed: listedAfter } },
    gitHub: { random: stream("github"), events: ["workflow_job", "workflow_run"] },
    host: createLambdaHost({ ...lambda, timeline, stream, policy, living, latency: drawLatency }),
    betweenWebhook: (next) => faults.betweenWebhook(observe(next, { timeline, observers })),
    betweenMachine: faults.wrapProgram,
    betweenEvents,
    betweenQueue,
  };
}

function observe(
  next: Deliver,
  { timeline, observers }: Pick<Parts, "timeline" | "observers">,
): Deliver {
  return async (request) => {
    const at = timeline.now();
    try {
      const answer = await next(request);
      observers.onWebhook({ at, request, status: answer.status });
      return answer;
    } catch (error) {
      observers.onWebhook({ at, request, status: 0 });
      throw error;
    }
  };
}

function drawLatency(service: Call["service"], random: Random): number {
  const { least, most } = latencies[service];
  return drawInteger(random, least, most);
}

/** Every instance has its own log; what is left is the schedule's, which the calls tell as well. */
const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

let privateKey: string | undefined;

/**
 * Made once a process, and nothing that is traced depends on it. The shortest that signs SHA-256: with
 * a key of GitHub's length, signing is among the most costly things a run does.
 */
function readPrivateKey(): string {
  privateKey ??= generateKeyPairSync("rsa", { modulusLength: 512 })
    .privateKey.export({ type: "pkcs1", format: "pem" })
    .toString();
  return privateKey;
}
