import type { EventBridgeEvent } from "../../../simulator/aws/events.ts";
import {
  createServices,
  type Services,
  type ServicesOptions,
} from "../../../simulator/services.ts";
import type { AnsweredCall, Monitor, Violation } from "../../../simulator/simulation/contract.ts";
import type { RecordedFaults } from "../../../simulator/simulation/faults.ts";
import { createMonitor } from "../../../simulator/simulation/monitor.ts";
import {
  createVirtualTimeline,
  type VirtualTimeline,
} from "../../../simulator/virtual-timeline.ts";
import type { WireRequest } from "../../../simulator/wire.ts";
import { createTestRandom, keys, signJwt } from "../github/test-github.ts";
import { awsRequest, bodyOf, createStage, who } from "./fault-stage.ts";

/** A monitor over simulated services in which the test itself makes history. */
export type Watched = {
  readonly timeline: VirtualTimeline;
  readonly services: Services;
  readonly monitor: Monitor;
  readonly faults: RecordedFaults;
  /** Lets time pass in steps; the violations found by then. */
  readonly after: (milliseconds: number) => Promise<readonly Violation[]>;
  /** A call as a function made it. */
  readonly call: (call: Partial<AnsweredCall> & Pick<AnsweredCall, "name" | "request">) => void;
};

/** Nothing has happened yet; webhooks are answered as `deliver` does. */
export function createWatched(
  deliver: ServicesOptions["deliver"] = async () => ({ status: 202 }),
): Watched {
  const timeline = createVirtualTimeline(Date.UTC(2026, 0, 5));
  const services = createServices({
    timeline,
    random: createTestRandom(),
    privateKey: keys.privateKey,
    deliver,
  });
  services.gitHub.addRepository({ fullName: "acme/app" });
  const { faults } = createStage([]);
  const monitor = createMonitor({ services, timeline, faults });
  return {
    timeline,
    services,
    monitor,
    faults,
    after: async (milliseconds) => {
      await timeline.advance(milliseconds);
      return monitor.check(false);
    },
    call: (call) => {
      const usual = { who, service: "aws", number: 1, at: timeline.now() } as const;
      monitor.onCall({ ...usual, answer: { status: 200, headers: {}, body: "{}" }, ...call });
    },
  };
}

/** A change of the task of a runner, as ECS tells it. */
export function taskEvent(
  runnerName: string,
  detail: Readonly<Record<string, unknown>> & { readonly taskArn: string },
  jitConfig = `config of ${detail.taskArn}`,
): EventBridgeEvent {
  const environment = [
    { name: "RUNNER_NAME", value: runnerName },
    { name: "TORNADE_JIT_CONFIG", value: jitConfig },
  ];
  return {
    version: "0",
    id: "e",
    "detail-type": "ECS Task State Change",
    source: "aws.ecs",
    account: "1",
    time: "2026-01-05T00:00:00Z",
    region: "eu-west-1",
    resources: [],
    detail: {
      lastStatus: "PROVISIONING",
      desiredStatus: "RUNNING",
      overrides: { containerOverrides: [{ environment }] },
      ...detail,
    },
  };
}

/** Registers a runner as tornade does; gives its JIT config. */
export async function register(
  { services: { gitHub }, timeline }: Watched,
  name: string,
): Promise<string> {
  const post = async (path: string, authorization: string, body: object) =>
    bodyOf(
      await gitHub.handle({
        method: "POST",
        path,
        headers: { authorization },
        body: JSON.stringify(body),
      }),
    );
  const now = Math.floor(timeline.now() / 1_000);
  const jwt = signJwt({ iat: now, exp: now + 60, iss: "1010" });
  const installation = gitHub.repositories()[0]?.owner.installationId ?? 0;
  const tokens = `/app/installations/${installation}/access_tokens`;
  const { token } = await post(tokens, `bearer ${jwt}`, {});
  const path = "/orgs/acme/actions/runners/generate-jitconfig";
  const runner = { name, runner_group_id: 1, labels: ["self-hosted", "tornade"] };
  return String((await post(path, `token ${String(token)}`, runner))["encoded_jit_config"]);
}

/** PutItem of a row of the ledger. */
export function putRow(id: string, row: object): WireRequest {
  const item = { kind: "job", id, reason: "a reason", owed: [], ...row };
  return awsRequest("DynamoDB_20120810.PutItem", {
    TableName: "tornade",
    Item: { id: { S: id }, item: { S: JSON.stringify(item) } },
  });
}

/** The name of the runner of one launch for a job. */
export function nameFor(jobId: number, launch: number): string {
  return `tornade-${jobId}-1-${launch}`;
}

/** A runner whose machine runs and whose session is open. */
export async function connect(watched: Watched, jobId: number): Promise<string> {
  const name = nameFor(jobId, 1);
  const jitConfig = await register(watched, name);
  watched.monitor.onTask(taskEvent(name, { taskArn: "a", lastStatus: "RUNNING" }));
  const silent = { onJob: () => {}, onCancelled: () => {}, onRemoved: () => {} };
  watched.services.gitHub.connectRunner(jitConfig, silent);
  return name;
}

/** Starts a build for a runner; of what becomes of it the monitor hears nothing. Gives its id. */
export async function startBuild(
  { services: { aws }, monitor, timeline }: Watched,
  runnerName: string,
): Promise<string> {
  const begun: EventBridgeEvent[] = [];
  aws.events.subscribe((event) => {
    begun.push(event);
  });
  const variable = { name: "RUNNER_NAME", value: runnerName, type: "PLAINTEXT" };
  const build = { projectName: "tornade", environmentVariablesOverride: [variable] };
  await aws.handle(awsRequest("CodeBuild_20161006.StartBuild", build));
  await timeline.advance(0);
  const [event] = begun;
  if (event === undefined) throw new Error("no build was started");
  monitor.onTask(event);
  return String(event.detail["build-id"]);
}

/** A pass of reconcile that comes to its end, and whose calls to GitHub are answered so. */
export function makePass(watched: Watched, status: number): void {
  const reconcile = { ...who, function: "reconcile" } as const;
  const answer = { status, headers: {}, body: "{}" };
  const request = { method: "GET", path: "/app/hook/deliveries", headers: {}, body: "" };
  const made = { who: reconcile, name: "GET deliveries", request, answer } as const;
  for (const service of ["github", "github"] as const) watched.call({ ...made, service });
  const text = '{"level":"info","message":"GitHub requests left"}';
  watched.monitor.onLog({ who: reconcile, at: watched.timeline.now(), text });
}
