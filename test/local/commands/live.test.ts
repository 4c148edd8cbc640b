import { createHmac, generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { startFakeDocker } from "../fake-docker.ts";
import { runCommand } from "../run-command.ts";

const state = mkdtempSync(join(tmpdir(), "tornade-live-"));
const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();
const secret = "a secret for this test";

beforeEach(() => {
  vi.stubEnv("GITHUB_APP_ID", "1");
  vi.stubEnv("GITHUB_PRIVATE_KEY", privateKey);
  vi.stubEnv("GITHUB_WEBHOOK_SECRET", secret);
  vi.stubEnv("TORNADE_OWNERS", "acme");
  vi.stubEnv("DOCKER_HOST", `unix://${join(state, "none.sock")}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => {
  rmSync(state, { recursive: true });
});

function live(...args: readonly string[]) {
  return runCommand("start", "--live", "--port", "0", "--state", state, ...args);
}

/** A GitHub that answers nothing but 503. */
async function startSilentGitHub() {
  const server = createServer((_request, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  vi.stubEnv("GITHUB_API_URL", `http://127.0.0.1:${port}`);
  return server;
}

describe("npm start -- --live", () => {
  it.each([
    ["GITHUB_APP_ID", " ", "GITHUB_APP_ID is not set"],
    ["DOCKER_HOST", "unix:///no/docker.sock", "no container engine answers at /no/docker.sock"],
  ])("says in one line that %s = %j does not do", async (name, value, message) => {
    vi.stubEnv(name, value);
    const { code, stdout, stderr } = await live().ended;

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^tornade: [^\n]+\n$/u);
    expect(stderr).toContain(message);
  });

  it("says in one line what is wrong with an image or a setting", async () => {
    const docker = await startFakeDocker();
    vi.stubEnv("DOCKER_HOST", `unix://${docker.socketPath}`);
    const unknown = await live("--image", "nothing").ended;
    vi.stubEnv("TORNADE_RUNNER_SCOPE", "planet");
    const wrong = await live().ended;
    await docker.close();

    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toMatch(/^tornade: image 'nothing' is neither here nor [^\n]+\n$/u);
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toMatch(/^tornade: TORNADE_RUNNER_SCOPE should be [^\n]+\n$/u);
  });

  it("says in one line that a folder is taken, or is none of its own", async () => {
    const docker = await startFakeDocker();
    const gitHub = await startSilentGitHub();
    vi.stubEnv("DOCKER_HOST", `unix://${docker.socketPath}`);
    const [taken, foreign] = [join(state, "taken"), join(state, "foreign")];
    mkdirSync(foreign);
    writeFileSync(join(foreign, "dispatcher.sqlite"), "no database ".repeat(200));
    const first = live("--state", taken);
    await first.untilOutput(/"listening".*\n/u);
    const second = await live("--state", taken).ended;
    const other = await live("--state", foreign).ended;
    const file = await live("--state", join(foreign, "dispatcher.sqlite")).ended;
    first.child.kill("SIGKILL");
    await first.ended;
    const third = live("--state", taken);
    await third.untilOutput(/"listening".*\n/u);
    third.child.kill("SIGTERM");
    await third.ended;
    await docker.close();
    gitHub.close();

    expect(second).toMatchObject({ code: 2, stdout: "" });
    expect(second.stderr).toMatch(/^tornade: --state '[^']+' is another dispatcher's, [^\n]+\n$/u);
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect(other.stderr).toMatch(/^tornade: '[^']+' should be a database of tornade's, [^\n]+\n$/u);
    expect(file).toMatchObject({ code: 2, stdout: "" });
    expect(file.stderr).toMatch(/^tornade: --state should be a folder, got [^\n]+\n$/u);
  });

  it("shows the jobs and the ledger to this machine alone", async () => {
    const [docker, gitHub] = [await startFakeDocker(), await startSilentGitHub()];
    vi.stubEnv("DOCKER_HOST", `unix://${docker.socketPath}`);
    const command = live();
    const printed = await command.untilOutput(/"listening".*\n/u);
    const [origin = ""] = /http:\/\/127\.0\.0\.1:\d+/u.exec(printed) ?? [];
    const own = await Promise.all(["/", "/jobs"].map(async (path) => fetch(`${origin}${path}`)));
    const headers = { "x-forwarded-for": "192.0.2.1" };
    const proxied = await Promise.all(
      ["/", "/jobs"].map(async (path) => fetch(`${origin}${path}`, { headers })),
    );
    command.child.kill("SIGTERM");
    await command.ended;
    await docker.close();
    gitHub.close();

    expect(await own[0]?.text()).toContain("No job yet.");
    expect(own[0]?.headers.get("content-security-policy")).toMatch(/^default-src 'none'; /u);
    expect(await own[1]?.json()).toEqual({ jobs: [], runners: [], runs: [] });
    expect(proxied.map(({ status }) => status)).toEqual([404, 404]);
  });

  it("takes webhooks until it is told to end, and never prints a secret", async () => {
    const [docker, gitHub] = [await startFakeDocker(), await startSilentGitHub()];
    vi.stubEnv("DOCKER_HOST", `unix://${docker.socketPath}`);
    const command = live();
    const printed = await command.untilOutput(/"listening".*\n/u);
    const [url = ""] = /http:\/\/127\.0\.0\.1:\d+\/webhook/u.exec(printed) ?? [];
    const body = JSON.stringify({ zen: "Design for failure." });
    const signature = createHmac("sha256", secret).update(body).digest("hex");
    const send = async (sent: string) =>
      fetch(url, {
        method: "POST",
        headers: { "x-github-event": "ping", "x-hub-signature-256": `sha256=${sent}` },
        body,
      });

    expect((await send(signature)).status).toBe(200);
    expect((await send("0".repeat(64))).status).toBe(401);
    command.child.kill("SIGTERM");
    const { code, stdout, stderr } = await command.ended;
    await docker.close();
    gitHub.close();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain(secret);
    expect(stdout).not.toContain("PRIVATE KEY");
  });
});
