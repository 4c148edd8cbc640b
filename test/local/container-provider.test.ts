import { afterEach, describe, expect, it } from "vitest";

import { type JsonObject, readObject } from "../../functions/core/read-json.ts";
import { CommandError } from "../../local/command-error.ts";
import { type ContainerEngine, findContainerEngine } from "../../local/container-engine.ts";
import { createContainerProvider } from "../../local/container-provider.ts";
import { containing } from "../support/containing.ts";
import { launchRequest } from "../support/launch-request.ts";
import { containerCreated, type FakeDocker, startFakeDocker } from "./fake-docker.ts";

const name = "tornade-41987654321-1-1";
const images = new Map([
  ["default", "tornade-runner"],
  ["node", "ghcr.io/acme/node:24"],
]);
const options = { runnerPrefix: "tornade", images };
const own = { "tornade.prefix": "tornade", "tornade.runner": name };

const open: FakeDocker[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(async (docker) => docker.close()));
});

async function start() {
  const docker = await startFakeDocker();
  open.push(docker);
  const engine = await findContainerEngine({}, [docker.socketPath]);
  return { docker, engine, provider: createContainerProvider(engine, options) };
}

function requestOf(docker: FakeDocker): JsonObject {
  return docker.containers.get(name)?.request ?? {};
}

describe("launch", () => {
  it("starts a container with the job's limits and no rights, in a network of its own", async () => {
    const { docker, provider } = await start();
    const outcome = await provider.launch(launchRequest({ spec: { cpu: 1.5, memory: 3 } }));

    const container = docker.containers.get(name);
    expect(outcome).toEqual({ kind: "started", computeId: container?.id });
    expect(container?.state.Status).toBe("running");
    expect(requestOf(docker)).toMatchObject({
      Image: "tornade-runner",
      StopTimeout: 120,
      Labels: { ...own, "tornade:runner": name },
      HostConfig: {
        NetworkMode: name,
        NanoCpus: 1_500_000_000,
        Memory: 3_221_225_472,
        MemorySwap: 3_221_225_472,
        PidsLimit: 4_096,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        RestartPolicy: { Name: "no" },
      },
    });
    expect(docker.networks.get(name)).toMatchObject({ Driver: "bridge", Labels: own });
  });

  it("gives the variables of the launch, its secret in the compact form, and no price", async () => {
    const { docker, provider } = await start();
    const environment = { RUNNER_NAME: name, TORNADE_CPU: "2", TORNADE_USD_PER_MINUTE: "0.1" };
    const request = launchRequest({ environment, spec: { cpu: 1.5 } });
    await provider.launch(request);

    const variables = [requestOf(docker)["Env"]].flat();
    expect(variables).toEqual([
      `RUNNER_NAME=${name}`,
      "TORNADE_CPU=1.5",
      "TORNADE_MEMORY=2",
      containing(/^TORNADE_JIT_CONFIG=files:/u),
    ]);
    expect(JSON.stringify(requestOf(docker))).not.toContain(request.encodedJitConfig);
  });

  it.each(["FARGATE", "FARGATE_SPOT", "CODEBUILD"] as const)("takes %s", async (provider) => {
    const { provider: containers } = await start();
    const outcome = await containers.launch(launchRequest({ provider }));

    expect(outcome.kind).toBe("started");
  });

  it("takes the image that a label names, whatever its case", async () => {
    const { docker, provider } = await start();
    await provider.launch(launchRequest({ spec: { image: "Node" } }));

    expect(requestOf(docker)["Image"]).toBe("ghcr.io/acme/node:24");
  });

  it.each([
    [{ architecture: "ARM64" }, "arch=ARM64 cannot run on this machine; use arch=X86_64"],
    [{ cpu: 8 }, "cpu=8 is more than this machine has; use at most 4"],
    [{ memory: 16 }, "memory=16 is more than this machine has; use at most 8"],
  ] as const)("refuses %j without asking the engine for anything", async (spec, message) => {
    const { docker, provider } = await start();
    const before = docker.calls.length;

    expect(await provider.launch(launchRequest({ spec }))).toEqual({ kind: "invalid", message });
    expect(docker.calls).toHaveLength(before);
  });

  it("refuses an image that no table knows", async () => {
    const { provider } = await start();
    const message = "image 'gpu' is unknown here; use default, node";

    expect(await provider.launch(launchRequest({ spec: { image: "gpu" } }))).toEqual({
      kind: "denied",
      message,
    });
  });

  it("knows the container again when it is sent a second time", async () => {
    const { docker, provider } = await start();
    const first = await provider.launch(launchRequest());

    expect(await provider.launch(launchRequest())).toEqual(first);
    expect(docker.containers.size).toBe(1);
  });

  it("leaves the outcome open when a container of the name has ended", async () => {
    const { docker, provider } = await start();
    await provider.launch(launchRequest());
    docker.end(name);

    expect(await provider.launch(launchRequest())).toMatchObject({ kind: "unknown" });
  });

  it.each([
    ["POST /networks/create", 500, "no-capacity", "network not started: 500 no address pool left"],
    ["POST /containers/create", 404, "denied", "container not created: 404 no address pool left"],
    ["POST /containers/create", 400, "invalid", "container not created: 400 no address pool left"],
    ["POST /containers/create", 507, "no-capacity", containing("507")],
  ])("leaves nothing behind when %s is answered %i", async (call, status, kind, message) => {
    const { docker, provider } = await start();
    docker.answers.set(call, { status, body: { message: "no address pool left" } });

    expect(await provider.launch(launchRequest())).toEqual({ kind, message });
    expect([docker.containers.size, docker.networks.size]).toEqual([0, 0]);
  });

  it("leaves nothing behind when the container does not start", async () => {
    const { docker, provider } = await start();
    const answer = { status: 500, body: { message: "no space left on device" } };
    docker.answers.set("POST /containers/*/start", answer);

    expect(await provider.launch(launchRequest())).toEqual({
      kind: "no-capacity",
      message: "container not started: 500 no space left on device",
    });
    expect([docker.containers.size, docker.networks.size]).toEqual([0, 0]);
  });

  it("does not know what became of it when the engine is gone", async () => {
    const { docker, provider } = await start();
    await open.pop()?.close();

    expect(await provider.launch(launchRequest())).toMatchObject({ kind: "unknown" });
    expect(docker.containers.size).toBe(0);
  });
});

describe("find", () => {
  it("finds the container of a runner by its name", async () => {
    const { docker, provider } = await start();
    await provider.launch(launchRequest());

    expect(await provider.find({ name })).toEqual({
      computeId: docker.containers.get(name)?.id,
      stage: { name: "running", since: containerCreated * 1_000 },
    });
  });

  it.each(["created", "exited"])("finds none that is %s", async (status) => {
    const { docker, provider } = await start();
    docker.add(name, own, status);

    expect(await provider.find({ name })).toBeUndefined();
  });

  it("finds none of another installation", async () => {
    const { docker, provider } = await start();
    docker.add(name, { ...own, "tornade.prefix": "other" }, "running");

    expect(await provider.find({ name })).toBeUndefined();
  });
});

describe("stop", () => {
  it("leaves the runner two minutes to end", async () => {
    const { docker, provider } = await start();
    await provider.launch(launchRequest());
    const id = docker.containers.get(name)?.id ?? "";
    await provider.stop(id, "cancelled");

    expect(docker.calls.at(-1)).toBe(`POST /containers/${id}/stop?t=120`);
  });

  it("takes a container that is gone for stopped", async () => {
    const { provider } = await start();

    await expect(provider.stop("0".repeat(64), "cancelled")).resolves.toBeUndefined();
  });

  it("says that the engine refused", async () => {
    const { docker, provider } = await start();
    const answer = { status: 500, body: { message: "no such shim" } };
    docker.answers.set("POST /containers/c1/stop", answer);

    await expect(provider.stop("c1", "cancelled")).rejects.toThrow(
      "container c1 not stopped: 500 no such shim",
    );
  });
});

describe("findContainerEngine", () => {
  it.each([
    ["x86_64", "X86_64"],
    ["amd64", "X86_64"],
    ["aarch64", "ARM64"],
    ["arm64", "ARM64"],
  ])("reads the machine, which is %s", async (word, architecture) => {
    const { docker } = await start();
    docker.info["Architecture"] = word;
    const engine = await findContainerEngine({ DOCKER_HOST: `unix://${docker.socketPath}` });

    expect(engine).toMatchObject({ architecture, cpus: 4, memory: 8 });
  });

  it("takes the first socket that answers", async () => {
    const { docker } = await start();
    const engine: ContainerEngine = await findContainerEngine({}, ["/no/1", docker.socketPath]);

    expect(readObject((await engine.api.call("GET", "/info")).body, "info")).toEqual(docker.info);
  });

  it.each([
    [{}, "no container engine answers at /no/1 (ENOENT), /no/2 (ENOENT); start Docker, or"],
    [{ DOCKER_HOST: "unix:///no/3" }, "no container engine answers at /no/3 (ENOENT); start"],
    [{ DOCKER_HOST: "tcp://127.0.0.1:1" }, "answers at 127.0.0.1:1 (ECONNREFUSED); start"],
    [{ DOCKER_HOST: "ssh://host" }, "should be unix:///path or tcp://host:port, got 'ssh://host'"],
  ])("says where nothing answers: %j", async (env, message) => {
    const found = findContainerEngine(env, ["/no/1", "/no/2"]);

    await expect(found).rejects.toThrow(CommandError);
    await expect(found).rejects.toThrow(message);
  });
});
