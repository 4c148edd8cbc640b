import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, describe, expect, it, vi } from "vitest";

import { createJsonLog } from "../../functions/adapters/json-log.ts";
import type { ReceiveWebhook } from "../../functions/receive-webhook/receive-webhook.ts";
import { listRunnerContainers, removeAllRunners } from "../../local/container-state.ts";
import { createDemoGitHub } from "../../local/demo-github.ts";
import { connectContainers, lineVariables } from "../../local/runner-lines.ts";
import { serve } from "../../simulator/http-front.ts";
import type { WireService } from "../../simulator/wire.ts";
import { runEngine } from "../runner-image/start-container.ts";
import { image, isEmulated, useContainerEngine } from "./container-engine-in-tests.ts";
import { runCommand } from "./run-command.ts";

const own = { runnerPrefix: "tornade-mortal" };
const waitingImage = "localhost/tornade-test:waiting";
const engine = useContainerEngine();
const state = mkdtempSync(join(tmpdir(), "tornade-state-"));

afterAll(async () => {
  await removeAllRunners(engine.api, own);
  runEngine("rmi", waitingImage);
  rmSync(state, { recursive: true });
});

/**
 * When the dispatcher is killed: milliseconds after its start, of which half a second is its own, or
 * after GitHub was asked for a runner, when container and ledger are about to be written. The names tell
 * the moments of a test that failed.
 */
const moments = Array.from({ length: 10 }, (_, round) => {
  const after = round % 2 === 0 ? "start" : "registration";
  const span = after === "start" ? 2_200 : 600;
  const wait = Math.round(Math.random() * span);
  return { name: `round ${round} killed ${wait} ms after ${after}`, after, wait };
});

/** The image whose runners wait for the job that the simulated GitHub gives them. */
function buildWaitingImage(): void {
  const settings = Object.entries(lineVariables).map(([name, value]) => `ENV ${name}=${value}\n`);
  const command = process.env["TORNADE_TEST_ENGINE"] ?? "podman";
  const input = `FROM ${image}\n${settings.join("")}`;
  const { status, stderr } = spawnSync(command, ["build", "--tag", waitingImage, "-"], { input });
  if (status !== 0) throw new Error(`image not built: ${stderr.toString()}`);
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Carries webhooks to a dispatcher that may be dead. */
function receiveAt(port: number): ReceiveWebhook {
  return async ({ rawPath, headers = {}, body = "" }) => {
    const sent = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    );
    const url = `http://127.0.0.1:${port}${rawPath}`;
    const { status } = await fetch(url, { method: "POST", headers: sent, body });
    return { statusCode: status, headers: {}, body: "" };
  };
}

/** Looks all the time which runners are alive. */
function countRunners() {
  const over = new AbortController();
  const seen = new Map<string, number>();
  const counting = (async () => {
    while (!over.signal.aborted) {
      const now = new Map<string, number>();
      for (const { runnerName, isAlive } of await listRunnerContainers(engine.api, own)) {
        const job = runnerName.split("-").at(-3) ?? "";
        if (isAlive) now.set(job, (now.get(job) ?? 0) + 1);
      }
      for (const [job, alive] of now) seen.set(job, Math.max(alive, seen.get(job) ?? 0));
      await sleep(100);
    }
  })();
  return async () => {
    over.abort();
    await counting;
    return seen;
  };
}

async function createOutside() {
  const port = await findFreePort();
  const { gitHub, env, connect } = createDemoGitHub();
  connect(receiveAt(port));
  const registration: { happened: () => void } = { happened: () => {} };
  const handle: WireService = async (request) => {
    if (request.path.endsWith("/generate-jitconfig")) registration.happened();
    return gitHub.handle(request);
  };
  const front = await serve({ aws: handle, gitHub: handle, port: 0 });
  for (const [name, value] of Object.entries({
    ...env,
    GITHUB_API_URL: `http://127.0.0.1:${front.port}/github`,
    TORNADE_RUNNER_PREFIX: own.runnerPrefix,
  })) {
    vi.stubEnv(name, value);
  }
  gitHub.addRepository({ fullName: "acme/app", private: true });
  const log = createJsonLog(() => {});
  const cut = connectContainers({ api: engine.api, gitHub, log, ...own });
  const args = ["start", "--live", "--port", String(port), "--image", waitingImage];
  return {
    gitHub,
    start: () => runCommand(...args, "--state", state),
    /** The next time that GitHub is asked for a runner, within some seconds. */
    nextRegistration: async () =>
      new Promise<void>((resolve) => {
        registration.happened = resolve;
        setTimeout(resolve, 5_000);
      }),
    close: async () => {
      await cut();
      await front.close();
    },
  };
}

describe.skipIf(isEmulated)("npm start -- --live", { timeout: 300_000 }, () => {
  it("gets each job exactly one runner, though it is killed again and again", async () => {
    buildWaitingImage();
    const { gitHub, start, nextRegistration, close } = await createOutside();
    const stopCounting = countRunners();
    for (const { name, after, wait } of moments) {
      const registered = nextRegistration();
      const dispatcher = start();
      // Its own label keeps GitHub from giving a job's runner to another one that waits.
      const labels = ["tornade", name.replaceAll(" ", "-")];
      gitHub.queueJob({ repository: "acme/app", name, labels, durationMilliseconds: 1_000 });
      if (after === "registration") await registered;
      await sleep(wait);
      dispatcher.child.kill("SIGKILL");
      await dispatcher.ended;
    }
    const last = start();
    const conclusions = () => gitHub.jobs().map(({ name, conclusion }) => ({ name, conclusion }));
    const expected = moments.map(({ name }) => ({ name, conclusion: "success" }));
    const patience = { timeout: 240_000, interval: 500 };
    await vi.waitFor(() => expect(conclusions()).toEqual(expected), patience);
    await vi.waitFor(async () => {
      expect(await listRunnerContainers(engine.api, own)).toEqual([]);
    }, patience);
    last.child.kill("SIGTERM");
    expect((await last.ended).code).toBe(0);
    const mostAlive = await stopCounting();
    await close();

    expect([...mostAlive.values()]).toEqual(moments.map(() => 1));
  });
});
