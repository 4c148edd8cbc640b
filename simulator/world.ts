import type { SQSEvent } from "aws-lambda";

import type { Environment, Surroundings } from "../functions/adapters/surroundings.ts";
import { stateChangeFields, stateChangePatterns } from "../functions/core/state-change.ts";
import type { Log } from "../functions/core/log.ts";
import { createFollowRunner, type FollowRunner } from "../functions/follow-runner/follow-runner.ts";
import { createLaunchRunner } from "../functions/launch-runner/launch-runner.ts";
import {
  createReceiveWebhook,
  type ReceiveWebhook,
} from "../functions/receive-webhook/receive-webhook.ts";
import type { WebhookEvent } from "../functions/receive-webhook/request.ts";
import { createReconcile } from "../functions/reconcile/reconcile.ts";
import { createEventSource } from "./aws/event-source.ts";
import { matchesPattern } from "./aws/event-pattern.ts";
import { transformInput } from "./aws/input-transformer.ts";
import type { GitHubOptions } from "./github/state.ts";
import { createInProcessFetch } from "./in-process-fetch.ts";
import { createInProcessRequestHandler } from "./in-process-request-handler.ts";
import { createServices, type Services, type ServicesOptions } from "./services.ts";
import type { WireRequest, WireService } from "./wire.ts";

/** Carries one webhook to its receiver. */
export type Deliver = GitHubOptions["deliver"];

/** What SQS calls with a batch of messages; its answer is read as a batch response. */
export type ConsumeQueue = (event: SQSEvent) => Promise<unknown>;

/** What a world is made of; whatever is left out behaves as it usually does. */
export type WorldOptions = Omit<ServicesOptions, "deliver"> & {
  readonly log: Log;
  /** Settings beside those of the deployed account. */
  readonly env?: Environment;
  /** Keeps the instances of the functions. @default one of each, for ever */
  readonly host?: Host;
  /** Stands between SQS and launch-runner. @default nothing does */
  readonly betweenQueue?: (next: ConsumeQueue) => ConsumeQueue;
  /** Stands between EventBridge and follow-runner. @default nothing does */
  readonly betweenEvents?: (next: FollowRunner) => FollowRunner;
  /** Stands between GitHub and the webhook. @default nothing does */
  readonly betweenWebhook?: (next: Deliver) => Deliver;
  /** Stands between the functions and AWS. @default nothing does */
  readonly betweenAws?: (next: WireService) => WireService;
  /** Stands between the functions and GitHub. @default nothing does */
  readonly betweenGitHub?: (next: WireService) => WireService;
};

/** The functions of the stack. */
export type FunctionName = "receive-webhook" | "launch-runner" | "follow-runner" | "reconcile";

type Between = (next: WireService) => WireService;

/** What one instance has of its own; the rest is the same for all. */
export type InstanceOptions = Pick<WorldOptions, "betweenAws" | "betweenGitHub"> &
  Partial<Pick<Surroundings, "now" | "random" | "log">>;

/** Makes the surroundings of one instance. */
export type Surround = (instance?: InstanceOptions) => Surroundings;

/**
 * Hosts one function as Lambda does: calls `create` for every new instance, with surroundings of its
 * own, and answers for the instances it has.
 */
export type Host = <Input, Output>(
  name: FunctionName,
  create: (surroundings: Surroundings) => Promise<(input: Input) => Promise<Output>>,
  surround: Surround,
) => Promise<(input: Input) => Promise<Output>>;

/** tornade deployed in a simulated AWS account, with a simulated GitHub sending it webhooks. */
export type World = Services & {
  /** The function behind the webhook's endpoint. */
  readonly receiveWebhook: ReceiveWebhook;
  /** The services as the functions see them. */
  readonly surroundings: Surroundings;
  /** What the schedule does every minute. */
  readonly reconcile: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const minute = 60_000;

/** Puts the functions to work in a simulated AWS account and GitHub, wired as the stack wires them. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const late: { receive?: ReceiveWebhook } = {};
  const services = createServices({
    ...options,
    deliver: (options.betweenWebhook ?? pass)(async (request) => {
      const answer = await late.receive?.(toEvent(request));
      return { status: answer?.statusCode ?? 503 };
    }),
  });
  const functions = await startFunctions(options, services);
  late.receive = functions.receiveWebhook;
  return { ...services, ...functions };
}

async function startFunctions(options: WorldOptions, services: Services) {
  const { aws, account } = services;
  const surround: Surround = (instance) => surroundInstance(options, services, instance);
  const host = options.host ?? hostOne;
  const receiveWebhook = await host("receive-webhook", createReceiveWebhook, surround);
  const launchRunner = await host("launch-runner", createLaunchRunner, surround);
  const followRunner = await host("follow-runner", createFollowRunner, surround);
  const reconcile = await host<void, void>("reconcile", createReconcile, surround);
  const follow = (options.betweenEvents ?? pass)(followRunner);
  const source = createEventSource({
    sqs: aws.sqs,
    queueUrl: account.queueUrl,
    timeline: options.timeline,
    batchSize: 10,
    maximumConcurrency: 10,
    invoke: (options.betweenQueue ?? pass)(launchRunner),
  });
  const unsubscribe = aws.events.subscribe(async (event) => {
    const type = event["detail-type"];
    if (!isFollowed(type) || !matchesPattern(event.detail, stateChangePatterns[type])) return;
    await follow(transformInput(event, stateChangeFields[type]));
  });
  const stopSchedule = repeat(options, reconcile);
  return {
    receiveWebhook,
    reconcile,
    surroundings: surround(),
    stop: async () => {
      stopSchedule();
      unsubscribe();
      await source.stop();
    },
  };
}

function createSurroundings(
  { timeline, now, random, log, env, betweenAws, betweenGitHub }: WorldOptions & InstanceOptions,
  { aws, gitHub, account }: Services,
): Surroundings {
  return {
    env: { ...account.env, ...env },
    now: now ?? (() => timeline.now()),
    random,
    log,
    requestHandler: createInProcessRequestHandler((betweenAws ?? pass)(aws.handle)),
    awsClients,
    fetch: createInProcessFetch((betweenGitHub ?? pass)(gitHub.handle), { pathPrefix: "/github" }),
  };
}

/** Nobody here checks a signature or reads who asks, and both take longer than all the rest of a call. */
const awsClients: NonNullable<Surroundings["awsClients"]> = {
  signer: { sign: async (request) => request },
  defaultUserAgentProvider: async () => [],
};

const hostOne: Host = async (_name, create, surround) => create(surround());

function surroundInstance(
  options: WorldOptions,
  services: Services,
  instance: InstanceOptions = {},
): Surroundings {
  const betweenAws = chain(options.betweenAws, instance.betweenAws);
  const betweenGitHub = chain(options.betweenGitHub, instance.betweenGitHub);
  return createSurroundings({ ...options, ...instance, betweenAws, betweenGitHub }, services);
}

/** What stands nearer to the service comes first. */
function chain(near: Between = pass, far: Between = pass): Between {
  return (next) => far(near(next));
}

function pass<Service>(next: Service): Service {
  return next;
}

function isFollowed(type: string): type is keyof typeof stateChangeFields {
  return type in stateChangeFields;
}

function repeat({ timeline }: WorldOptions, reconcile: () => Promise<void>): () => void {
  let cancel: (() => void) | undefined;
  const schedule = (): void => {
    cancel = timeline.after(minute, () => {
      schedule();
      // It has told what failed; the next pass makes it good.
      reconcile().catch(() => {});
    });
  };
  schedule();
  return () => {
    cancel?.();
  };
}

function toEvent({ method, path, headers, body }: WireRequest): WebhookEvent {
  const [rawPath = "/"] = path.split("?");
  return { rawPath, headers, requestContext: { stage: "$default", http: { method } }, body };
}
