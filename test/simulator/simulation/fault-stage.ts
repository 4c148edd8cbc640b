import { createFaults, type RecordedFaults } from "../../../simulator/simulation/faults.ts";
import type { FaultName } from "../../../simulator/simulation/fault-rates.ts";
import { createServices, type Services } from "../../../simulator/services.ts";
import {
  createVirtualTimeline,
  type VirtualTimeline,
} from "../../../simulator/virtual-timeline.ts";
import type { WireRequest, WireResponse } from "../../../simulator/wire.ts";
import { createTestRandom, keys } from "../github/test-github.ts";

/** A simulated account and GitHub, with faults that strike at every opportunity. */
export type Stage = {
  readonly timeline: VirtualTimeline;
  readonly services: Services;
  readonly faults: RecordedFaults;
};

/** Sets the stage for some faults; `draw` is what each of their streams gives, 0 strikes every time. */
export function createStage(names: readonly FaultName[], draw = 0): Stage {
  const timeline = createVirtualTimeline(Date.UTC(2026, 0, 5));
  const late: { services?: Services } = {};
  const faults = createFaults({
    names: new Set(names),
    stream: () => () => draw,
    timeline,
    services: () => {
      if (late.services === undefined) throw new Error("the stage is not set");
      return late.services;
    },
  });
  const services = createServices({
    timeline,
    random: createTestRandom(),
    privateKey: keys.privateKey,
    deliver: faults.betweenWebhook(async () => ({ status: 202 })),
    betweenMachine: faults.wrapProgram,
    // Without a JIT config a runner ends when it has booted: not before anything befalls it.
    runner: { bootMilliseconds: 10_000 },
  });
  late.services = services;
  services.gitHub.addRepository({ fullName: "acme/app" });
  return { timeline, services, faults };
}

/** A function's instance, as calls name it. */
export const who = { function: "launch-runner", instance: 1 } as const;

/** A request to an AWS service. */
export function awsRequest(target: string, body: object): WireRequest {
  return {
    method: "POST",
    path: "/",
    headers: { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify(body),
  };
}

/** RunTask for a runner of job 7, as tornade asks for it. */
export function runTask(capacityProvider: "FARGATE" | "FARGATE_SPOT" = "FARGATE"): WireRequest {
  const environment = [{ name: "RUNNER_NAME", value: "tornade-7-1-1" }];
  return awsRequest("AmazonEC2ContainerServiceV20141113.RunTask", {
    cluster: "tornade",
    taskDefinition: "tornade-default-x86-64",
    count: 1,
    capacityProviderStrategy: [{ capacityProvider, weight: 1 }],
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-0a"] } },
    overrides: { containerOverrides: [{ name: "runner", environment }] },
    startedBy: "tornade-7-1-1",
    clientToken: "tornade-7-1-1",
  });
}

/** The members of an answer's body. */
export function bodyOf({ body }: WireResponse): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(body);
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Every status that the tasks of the stage go through from now on, in order. */
export function watchTasks({ services }: Stage): readonly string[] {
  const seen: string[] = [];
  services.aws.events.subscribe(({ detail }) => {
    seen.push([detail["lastStatus"], detail["stopCode"] ?? ""].join(" ").trim());
  });
  return seen;
}
