import { messageOf } from "../functions/core/errors.ts";
import { readObject, readText } from "../functions/core/read-json.ts";
import type {
  LaunchFailure,
  LaunchOutcome,
  LaunchRequest,
  RunnerProvider,
} from "../functions/core/runner-provider.ts";
import {
  type ContainerOptions,
  stopSeconds,
  toContainerRequest,
  toLabels,
} from "./container-request.ts";
import { findRunnerContainer, removeRunner } from "./container-state.ts";
import type { ContainerEngine } from "./container-engine.ts";
import { findMisfit } from "./container-misfit.ts";
import { describeAnswer, type DockerAnswer, type DockerApi } from "./docker-api.ts";

/** Starts runners as containers, and says which it is at this moment bringing into being. */
export type ContainerProvider = RunnerProvider & { readonly launching: ReadonlySet<string> };

/** How long an engine is listened to after it was told to stop a container, in milliseconds. */
const stopPatience = 1_000;

/**
 * Starts each runner as a container of this machine, in a network of its own. Whatever provider a
 * label names, it is this one: `runs-on=` says where a job would be in the cloud.
 */
export function createContainerProvider(
  engine: ContainerEngine,
  options: ContainerOptions,
): ContainerProvider {
  const { api } = engine;
  const launching = new Set<string>();
  return {
    launching,
    launch: async (request) => {
      const body = findMisfit(request.spec, engine) ?? toContainerRequest(request, options);
      if (isFailure(body)) return body;
      launching.add(request.runnerName);
      try {
        return await startRunner(request, body, { api, options });
      } catch (error) {
        return { kind: "unknown", message: messageOf(error) };
      } finally {
        launching.delete(request.runnerName);
      }
    },
    find: async ({ name }) => {
      const found = await findRunnerContainer(api, name, options);
      if (found?.isAlive !== true) return undefined;
      return { computeId: found.id, stage: { name: "running", since: found.createdAt } };
    },
    stop: async (computeId) => stopContainer(api, computeId),
  };
}

type Parts = { readonly api: DockerApi; readonly options: ContainerOptions };

async function startRunner(
  { runnerName }: LaunchRequest,
  body: Readonly<Record<string, unknown>>,
  { api, options }: Parts,
): Promise<LaunchOutcome> {
  const network = { Name: runnerName, Driver: "bridge", Labels: toLabels(runnerName, options) };
  const connected = await api.call("POST", "/networks/create", { body: network });
  if (connected.status >= 400 && !isTaken(connected)) return noRoom("network", connected);
  const created = await api.call("POST", "/containers/create", {
    query: { name: runnerName },
    body,
  });
  if (isTaken(created)) return adopt(runnerName, { api, options });
  if (created.status >= 400) {
    await removeRunner(api, runnerName);
    return refuseCreation(created);
  }
  const id = readText(readObject(created.body, "container")["Id"], "container.Id");
  const started = await api.call("POST", `/containers/${id}/start`);
  if (started.status < 400) return { kind: "started", computeId: id };
  await removeRunner(api, runnerName);
  return noRoom("container", started);
}

// Docker says so with 409, podman 4 with 500.
function isTaken(answer: DockerAnswer): boolean {
  return answer.status === 409 || /already (?:in use|exists)/u.test(describeAnswer(answer));
}

// The name is taken: by this very launch, sent a second time.
async function adopt(runnerName: string, { api, options }: Parts): Promise<LaunchOutcome> {
  const found = await findRunnerContainer(api, runnerName, options);
  if (found?.isAlive === true) return { kind: "started", computeId: found.id };
  return { kind: "unknown", message: `a container '${runnerName}' exists and does not run` };
}

function refuseCreation(answer: DockerAnswer): LaunchFailure {
  const message = `container not created: ${describeAnswer(answer)}`;
  if (answer.status === 404) return { kind: "denied", message };
  return { kind: answer.status >= 500 ? "no-capacity" : "invalid", message };
}

// An engine that is out of addresses, disk or memory has them again when other jobs have ended.
function noRoom(what: "container" | "network", answer: DockerAnswer): LaunchFailure {
  return { kind: "no-capacity", message: `${what} not started: ${describeAnswer(answer)}` };
}

// The engine answers once the container has ended, which takes as long as its job takes to tell GitHub.
// A refusal comes at once; after that the engine sees to it, whether somebody listens or not.
async function stopContainer(api: DockerApi, computeId: string): Promise<void> {
  const timeout = (stopSeconds + 30) * 1_000;
  const query = { t: String(stopSeconds) };
  const stopped = api.call("POST", `/containers/${computeId}/stop`, { query, timeout });
  const answer = await Promise.race([stopped, waitFor(stopPatience)]);
  // Nobody is left to be told; the watch sees whether the container ended.
  stopped.catch(() => {});
  if (answer === undefined || answer.status < 400 || answer.status === 404) return;
  throw new Error(`container ${computeId} not stopped: ${describeAnswer(answer)}`);
}

async function waitFor(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds, undefined).unref();
  });
}

function isFailure(body: ReturnType<typeof toContainerRequest>): body is LaunchFailure {
  return "kind" in body;
}
