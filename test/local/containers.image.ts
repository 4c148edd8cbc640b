import { afterAll, describe, expect, it, vi } from "vitest";

import { createJsonLog } from "../../functions/adapters/json-log.ts";
import type { RunnerEnd } from "../../functions/core/state-change.ts";
import { createContainerProvider } from "../../local/container-provider.ts";
import {
  listRunnerContainers,
  listRunnerNetworks,
  removeAllRunners,
} from "../../local/container-state.ts";
import { watchContainers } from "../../local/watch-containers.ts";
import { createJitFiles, encodeJitConfig } from "../runner-image/jit-config.ts";
import { runEngine } from "../runner-image/start-container.ts";
import { launchRequest } from "../support/launch-request.ts";
import { image, isEmulated, useContainerEngine } from "./container-engine-in-tests.ts";
import { runCommand } from "./run-command.ts";

const engine = useContainerEngine();
const log = createJsonLog(() => {});

afterAll(async () => removeAllRunners(engine.api, { runnerPrefix }));

const runnerPrefix = "tornade-it";
let launched = 0;

/** A provider whose runners wait for a job in vain, unless told otherwise, and what it is told to start. */
function setUp(variables: Readonly<Record<string, string>> = { STUB_JOB: "none" }) {
  launched += 1;
  const runnerName = `${runnerPrefix}-${launched}-1-1`;
  const encodedJitConfig = encodeJitConfig(createJitFiles());
  const environment = { RUNNER_NAME: runnerName, TORNADE_PROVIDER: "FARGATE" };
  const images = new Map([["default", image]]);
  const provider = createContainerProvider(engine, { runnerPrefix, images, variables });
  const request = launchRequest({ runnerName, encodedJitConfig, environment });
  return { provider, runnerName, request };
}

function watch(provider: ReturnType<typeof createContainerProvider>) {
  const ends: RunnerEnd[] = [];
  const onEnd = async (end: RunnerEnd): Promise<void> => {
    ends.push(end);
  };
  const { api } = engine;
  const endWatch = watchContainers({ api, runnerPrefix, provider, log, onEnd });
  return { ends, endWatch };
}

async function isListening(runnerName: string): Promise<void> {
  await vi.waitFor(
    () => {
      expect(runEngine("logs", runnerName).stdout).toContain("Listening for Jobs");
    },
    { timeout: 20_000, interval: 100 },
  );
}

async function isGone(runnerName: string): Promise<void> {
  const seen = async () => {
    const containers = await listRunnerContainers(engine.api, { runnerPrefix });
    const networks = await listRunnerNetworks(engine.api, { runnerPrefix });
    return [...containers.map((container) => container.runnerName), ...networks];
  };
  await vi.waitFor(async () => expect(await seen()).not.toContain(runnerName), {
    timeout: 20_000,
    interval: 100,
  });
}

function read(runnerName: string, ...command: readonly string[]): string {
  return runEngine("exec", runnerName, ...command).stdout;
}

describe.skipIf(isEmulated)("container provider", () => {
  it("limits what a job may use and do", async () => {
    const { provider, runnerName, request } = setUp();
    const { cpu, memory } = { cpu: 1.5, memory: 0.5 };
    const spec = { ...request.spec, cpu, memory };
    expect(await provider.launch({ ...request, spec })).toMatchObject({ kind: "started" });
    await isListening(runnerName);

    // Of cgroups of either version.
    const limits = read(
      runnerName,
      "sh",
      "-c",
      "cd /sys/fs/cgroup; cat memory.max memory/memory.limit_in_bytes pids.max pids/pids.max; cat cpu.max || cat cpu/cpu.cfs_quota_us",
    );
    expect(limits).toMatch(/^536870912\n4096\n150000/u);
    const status = read(runnerName, "cat", "/proc/1/status");
    expect(status).toMatch(/^CapEff:\t0+$/mu);
    expect(status).toMatch(/^CapBnd:\t0+$/mu);
    expect(status).toMatch(/^NoNewPrivs:\t1$/mu);
    expect(status).toMatch(/^Uid:\t1001\t/mu);
    expect(await listRunnerNetworks(engine.api, { runnerPrefix })).toContain(runnerName);
  });

  it("stops a runner, tells its end, and leaves neither container nor network", async () => {
    const { provider, runnerName, request } = setUp();
    const outcome = await provider.launch(request);
    const computeId = "computeId" in outcome ? outcome.computeId : "";
    await isListening(runnerName);
    const { ends, endWatch } = watch(provider);
    await provider.stop(computeId, "cancelled");
    await isGone(runnerName);
    await endWatch();

    const reason = "container ended with exit code 0";
    expect(ends).toContainEqual(expect.objectContaining({ runnerName, computeId, reason }));
  });

  it("tells the exit code of a runner that ended by itself", async () => {
    const { provider, runnerName, request } = setUp({ STUB_CONNECT: "conflict" });
    const { ends, endWatch } = watch(provider);
    await provider.launch(request);
    await isGone(runnerName);
    await endWatch();

    const reason = "container ended with exit code 5";
    expect(ends).toContainEqual(expect.objectContaining({ runnerName, reason }));
  });

  it("finds the runners of the process before it, and is told what ended in between", async () => {
    const before = setUp();
    const outcome = await before.provider.launch(before.request);
    const after = setUp();
    const found = await after.provider.find({ name: before.runnerName });
    expect({ kind: "started", computeId: found?.computeId }).toEqual(outcome);
    // The engine counts in seconds.
    expect(found?.stage).toMatchObject({ name: "running" });
    expect(Math.abs(Date.now() - (found?.stage?.since ?? 0))).toBeLessThan(60_000);
    expect(await after.provider.launch(before.request)).toEqual(outcome);

    runEngine("kill", before.runnerName);
    expect(await after.provider.find({ name: before.runnerName })).toBeUndefined();
    const { ends, endWatch } = watch(after.provider);
    await isGone(before.runnerName);
    await endWatch();
    const told = { runnerName: before.runnerName, reason: "container ended with exit code 137" };
    expect(ends).toContainEqual(expect.objectContaining(told));
  });
});

describe.skipIf(isEmulated)("npm start -- --containers", () => {
  it("runs the demo's six jobs in containers and leaves none behind", async () => {
    const args = ["start", "--containers", "--json", "--image", image];
    const { code, stdout, stderr } = await runCommand(...args).ended;

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain('{"event":"demo passed","jobs":6}');
    const names = stdout.matchAll(/"runnerName":"(tornade-demo-\d+-1-\d+)"/gu);
    expect(new Set([...names].map(([, name]) => name)).size).toBe(6);
    expect(await listRunnerContainers(engine.api, { runnerPrefix: "tornade-demo" })).toEqual([]);
    expect(await listRunnerNetworks(engine.api, { runnerPrefix: "tornade-demo" })).toEqual([]);
  });
});
