import { setTimeout as sleep } from "node:timers/promises";

import { expandJitConfig } from "../functions/adapters/compact-jit-config.ts";
import type { Log } from "../functions/core/log.ts";
import { readArray, readObject, readText } from "../functions/core/read-json.ts";
import type { GitHub } from "../simulator/github/github.ts";
import type { Conclusion, Job } from "../simulator/github/model.ts";
import type { RunnerSession } from "../simulator/github/session.ts";
import type { ContainerOptions } from "./container-request.ts";
import { readContainerLog } from "./container-log.ts";
import { listRunnerContainers } from "./container-state.ts";
import { describeAnswer, type DockerApi } from "./docker-api.ts";

/** What has a runner in a container wait for the job that is put there. */
export const lineVariables = { STUB_JOB: "given" } as const;

/** Whom the lines connect. */
export type LineOptions = Pick<ContainerOptions, "runnerPrefix"> & {
  readonly api: DockerApi;
  readonly gitHub: Pick<GitHub, "connectRunner">;
  readonly log: Log;
};

/** How often new containers are looked for, in milliseconds. */
const lookEvery = 200;

/**
 * The lines between a simulated GitHub and runners in real containers: what a runner would say over the
 * network is read from its log, and what GitHub would answer is done to its container.
 * @returns cuts them
 */
export function connectContainers(options: LineOptions): () => Promise<void> {
  const cut = new AbortController();
  const connected = new Set<string>();
  const watching = (async () => {
    while (!cut.signal.aborted) {
      await connectNew(connected, options, cut.signal).catch((error: unknown) => {
        if (!cut.signal.aborted) options.log.warn("runners not connected", { error });
      });
      await sleep(lookEvery, undefined, { signal: cut.signal }).catch(() => {});
    }
  })();
  return async () => {
    cut.abort();
    await watching;
  };
}

async function connectNew(
  connected: Set<string>,
  options: LineOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const { id, isAlive } of await listRunnerContainers(options.api, options)) {
    if (!isAlive || connected.has(id)) continue;
    connected.add(id);
    holdLine(id, options, signal).catch((error: unknown) => {
      if (!signal.aborted) options.log.warn("line to a runner broken", { error });
    });
  }
}

async function holdLine(id: string, options: LineOptions, signal: AbortSignal): Promise<void> {
  const { api } = options;
  const jitConfig = await readJitConfig(api, id);
  const annotations: string[] = [];
  let session: RunnerSession | undefined;
  let isLeaving = false;
  for await (const line of readContainerLog(api, id, signal)) {
    if (line.endsWith(": Listening for Jobs")) session = connect(jitConfig, { ...options, id });
    if (line === "Exiting...") isLeaving = true;
    const [, annotation] = /^::error title=tornade::(.*)$/u.exec(line) ?? [];
    if (annotation !== undefined) annotations.push(`tornade: ${annotation}`);
    const [, result = ""] = / completed with result: (\w+)$/u.exec(line) ?? [];
    const conclusion = conclusions.get(result);
    if (conclusion !== undefined) session?.completeJob(conclusion, annotations);
  }
  if (isLeaving) session?.disconnect();
  else session?.vanish();
}

async function readJitConfig(api: DockerApi, id: string): Promise<string> {
  const { body } = await api.call("GET", `/containers/${id}/json`);
  const config = readObject(readObject(body, "container")["Config"], "container.Config");
  const name = "TORNADE_JIT_CONFIG=";
  const variables = readArray(config["Env"], "Env").map((entry) => readText(entry, "variable"));
  const secret = variables.find((variable) => variable.startsWith(name)) ?? name;
  return expandJitConfig(secret.slice(name.length));
}

type Line = LineOptions & { readonly id: string };

function connect(jitConfig: string, line: Line): RunnerSession | undefined {
  const { gitHub, api, id, log } = line;
  const end = (): void => {
    void api.call("POST", `/containers/${id}/kill`, { query: { signal: "SIGTERM" } });
  };
  const session = gitHub.connectRunner(jitConfig, {
    onJob: (job) => {
      giveJob(job, line).catch((error: unknown) => {
        log.warn("job not given to a runner", { jobId: job.id, error });
      });
    },
    onCancelled: end,
    onRemoved: end,
  });
  if (typeof session !== "string") return session;
  end();
  return undefined;
}

async function giveJob(job: Job, { api, id }: Line): Promise<void> {
  const script = `printf '%s' "$1" >~/given-job.new && mv ~/given-job.new ~/given-job`;
  const body = { Cmd: ["bash", "-c", script, "-", toVariables(job)] };
  const created = await api.call("POST", `/containers/${id}/exec`, { body });
  if (created.status !== 201) throw new Error(describeAnswer(created));
  const execution = readText(readObject(created.body, "exec")["Id"], "exec.Id");
  const started = await api.call("POST", `/exec/${execution}/start`, { body: { Detach: true } });
  if (started.status >= 400) throw new Error(describeAnswer(started));
}

// What bash reads as assignments.
function toVariables(job: Job): string {
  const step = `sleep ${job.durationMilliseconds / 1_000}`;
  const variables = {
    STUB_JOB_NAME: job.name,
    STUB_STEP: job.wantedConclusion === "success" ? step : `${step}; exit 1`,
    STUB_REPOSITORY: job.repository,
    STUB_RUN_ID: String(job.runId),
    STUB_RUN_ATTEMPT: String(job.runAttempt),
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join("");
}

const conclusions: ReadonlyMap<string, Conclusion> = new Map([
  ["Succeeded", "success"],
  ["Failed", "failure"],
  ["Canceled", "cancelled"],
]);
