import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, describe, expect, it, vi } from "vitest";

import { createJsonLog } from "../../functions/adapters/json-log.ts";
import type { RunnerEnd } from "../../functions/core/state-change.ts";
import { findContainerEngine } from "../../local/container-engine.ts";
import { watchContainers, type WatchParts } from "../../local/watch-containers.ts";
import { type FakeDocker, startFakeDocker } from "./fake-docker.ts";

const toClose: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close();
});

function ownLabels(name: string) {
  return { "tornade.prefix": "tornade", "tornade.runner": name };
}

/** Puts a runner there: container and network. */
function addRunner(docker: FakeDocker, name: string, status = "running"): void {
  docker.add(name, ownLabels(name), status);
  docker.networks.set(name, { Name: name, Labels: ownLabels(name) });
}

async function start() {
  const docker = await startFakeDocker();
  toClose.push(docker.close);
  return docker;
}

async function watch(docker: FakeDocker, parts: Partial<WatchParts> = {}) {
  const { api } = await findContainerEngine({}, [docker.socketPath]);
  const ends: RunnerEnd[] = [];
  const lines: string[] = [];
  const endWatch = watchContainers({
    api,
    runnerPrefix: "tornade",
    provider: { launching: new Set() },
    log: createJsonLog((line) => lines.push(line)),
    onEnd: async (end) => {
      ends.push(end);
    },
    ...parts,
  });
  toClose.push(endWatch);
  return { ends, lines, endWatch };
}

/** Until the watch hears events, so that what follows is told by one. */
async function isListening(docker: FakeDocker): Promise<void> {
  await vi.waitFor(() => {
    expect(docker.listeners.size).toBe(1);
  });
}

async function isEmpty({ containers, networks }: FakeDocker): Promise<void> {
  await vi.waitFor(() => {
    expect([...containers.keys(), ...networks.keys()]).toEqual([]);
  });
}

describe("watchContainers", () => {
  it("tells the end of a container, and removes it with its network", async () => {
    const docker = await start();
    addRunner(docker, "tornade-1-1-1");
    const computeId = docker.containers.get("tornade-1-1-1")?.id;
    const { ends } = await watch(docker);
    await isListening(docker);
    docker.end("tornade-1-1-1", { ExitCode: 1, FinishedAt: "2026-11-22T01:02:03.5Z" });

    await isEmpty(docker);
    expect(ends).toEqual([
      {
        runnerName: "tornade-1-1-1",
        computeId,
        at: Date.parse("2026-11-22T01:02:03.5Z"),
        reason: "container ended with exit code 1",
        interrupted: false,
      },
    ]);
  });

  it.each([
    [{ ExitCode: 137, OOMKilled: true }, "container ended with exit code 137: memory ran out"],
    [{ ExitCode: 127, Error: "no such file" }, "container ended with exit code 127: no such file"],
    [{ FinishedAt: "0001-01-01T00:00:00Z" }, "container ended with exit code 0"],
  ])("tells why: %j", async (state, reason) => {
    const docker = await start();
    addRunner(docker, "tornade-1-1-1");
    docker.end("tornade-1-1-1", state);
    const before = Date.now();
    const { ends } = await watch(docker);

    await isEmpty(docker);
    expect(ends[0]?.reason).toBe(reason);
    expect(ends[0]?.at).toBeGreaterThanOrEqual(before);
  });

  it.each([
    ["exited", /^container ended with exit code/u],
    ["created", /^container never started$/u],
  ])("tells of a container that was %s before anybody watched", async (status, reason) => {
    const docker = await start();
    addRunner(docker, "tornade-1-1-1", status);
    const { ends } = await watch(docker);

    await isEmpty(docker);
    expect(ends[0]?.reason).toMatch(reason);
  });

  it("leaves alone what is being launched, lives, or is not ours", async () => {
    const docker = await start();
    addRunner(docker, "tornade-1-1-1", "created");
    addRunner(docker, "tornade-2-1-1");
    docker.add("other-3-1-1", { "tornade.prefix": "other", "tornade.runner": "x" }, "exited");
    docker.add("database", {}, "exited");
    docker.networks.set("bridge", { Name: "bridge" });
    docker.networks.set("tornade-4-1-1", {
      Name: "tornade-4-1-1",
      Labels: ownLabels("tornade-4-1-1"),
    });
    const launching = new Set(["tornade-1-1-1", "tornade-4-1-1"]);
    addRunner(docker, "tornade-5-1-1", "exited");
    const { ends } = await watch(docker, { provider: { launching } });

    await vi.waitFor(() => {
      expect(docker.containers.has("tornade-5-1-1")).toBe(false);
    });
    expect(ends.map(({ runnerName }) => runnerName)).toEqual(["tornade-5-1-1"]);
    const names = ["tornade-1-1-1", "tornade-2-1-1", "other-3-1-1", "database"];
    expect([...docker.containers.keys()]).toEqual(names);
    expect(docker.networks.has("tornade-4-1-1")).toBe(true);
  });

  it("removes a network whose container was never made", async () => {
    const docker = await start();
    addRunner(docker, "tornade-1-1-1");
    docker.containers.clear();
    await watch(docker);

    await isEmpty(docker);
    expect(docker.calls).toContain("DELETE /networks/tornade-1-1-1");
  });

  it("keeps a container until its end was taken, and tells it again", async () => {
    const docker = await start();
    addRunner(docker, "tornade-1-1-1", "exited");
    let told = 0;
    const onEnd = async (): Promise<void> => {
      told += 1;
      if (told < 3) throw new Error("the ledger is busy");
      expect(docker.containers.size).toBe(1);
    };
    const { lines } = await watch(docker, { onEnd, lookEvery: 5 });

    await isEmpty(docker);
    expect(told).toBe(3);
    expect(lines.join("")).toContain("end of a container not settled");
  });

  it("tells once what ended, though events come thick and fast", async () => {
    const docker = await start();
    for (const name of ["tornade-1-1-1", "tornade-2-1-1", "tornade-3-1-1"]) addRunner(docker, name);
    const { ends } = await watch(docker, { lookEvery: 60_000 });
    await isListening(docker);
    for (const name of docker.containers.keys()) docker.end(name);

    await isEmpty(docker);
    expect(ends.map(({ runnerName }) => runnerName).toSorted()).toEqual([
      "tornade-1-1-1",
      "tornade-2-1-1",
      "tornade-3-1-1",
    ]);
  });

  it("listens again after the engine hung up", async () => {
    const docker = await start();
    await watch(docker);
    await isListening(docker);
    docker.hangUp();
    await vi.waitFor(
      () => {
        const heard = docker.calls.filter((call) => call.startsWith("GET /events"));
        expect(heard).toHaveLength(2);
      },
      { timeout: 5_000 },
    );
  });

  it("does nothing more once it is ended", async () => {
    const docker = await start();
    addRunner(docker, "tornade-1-1-1");
    const { ends, endWatch } = await watch(docker, { lookEvery: 1 });
    await isListening(docker);
    await endWatch();
    docker.end("tornade-1-1-1");
    await sleep(30);

    expect(ends).toEqual([]);
    expect(docker.listeners.size).toBe(0);
  });
});
