import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { compactJitConfig } from "../../functions/adapters/compact-jit-config.ts";
import { createJitFiles, encodeJitConfig, encodeOtherwise, type JitFiles } from "./jit-config.ts";
import {
  dispatcherVariables,
  lastLine,
  type RunnerRun,
  type RunnerVariables,
  sees,
  type StartRunner,
} from "./runner-run.ts";

/** The second runs in a job that has failed as well. */
const jobSteps = { STUB_STEP: "echo at work", STUB_ALWAYS_STEP: "echo in any case" };

const patience = { timeout: 20_000, interval: 20 };

/** What the entrypoint has to do wherever it runs; `start` says how it is started. */
export function describeEntrypoint(start: StartRunner): void {
  const startRunner = async (variables: RunnerVariables, files = createJitFiles()) =>
    start({ ...dispatcherVariables(encodeJitConfig(files)), ...variables });

  describe.concurrent("entrypoint, the listener's end", () => {
    it("ends with 0 and tells every step after a job", async () => {
      const run = await startRunner({});
      expect(await run.ended).toBe(0);
      expect(lastLine(run)).toMatchObject({
        level: "info",
        message: "runner ended",
        runnerName: "tornade-4711-1-1",
        reason: "the job is done",
        exitCode: 0,
        result: "Succeeded",
      });
      const steps = stepsOf(run);
      expect(steps.map(([name]) => name)).toEqual([
        "listenerStart",
        "connected",
        "jobStart",
        "jobEnd",
        "end",
      ]);
      const times = steps.map(([, time]) => time);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
    });

    it("tells at its start and at its end when the container began", async () => {
      const before = Date.now();
      const run = await startRunner({});
      await run.ended;
      const began = [...run.log().matchAll(/"containerStart":"([^"]+)"/gu)].map(([, at]) => at);
      expect(began).toHaveLength(2);
      expect(new Set(began).size).toBe(1);
      const at = Date.parse(began[0] ?? "");
      expect(at).toBeGreaterThanOrEqual(before);
      expect(at).toBeLessThan(Date.now());
    });

    it("ends with 0 after a job that failed, which GitHub knows", async () => {
      const run = await startRunner({ STUB_STEP: "exit 3" });
      expect(await run.ended).toBe(0);
      expect(lastLine(run)).toMatchObject({ reason: "the job is done", result: "Failed" });
      expect(await run.output("job.log")).toContain("exit code 3");
    });

    it.each([
      ["refused", 1, "the runner was refused or its registration is gone"],
      ["retryable", 2, "the listener failed and could be started again"],
      ["conflict", 5, "another runner has the session of this one"],
      ["refreshed", 6, "GitHub changed the configuration of this runner"],
      [
        "deprecated",
        7,
        "GitHub no longer accepts this version of the runner; run update-versions, then deploy",
      ],
    ])("carries the exit code of a listener that is %s", async (connect, exitCode, reason) => {
      const run = await startRunner({ STUB_CONNECT: connect });
      expect(await run.ended).toBe(exitCode);
      expect(lastLine(run)).toMatchObject({ level: "error", reason, exitCode });
    });
  });

  describe.concurrent("entrypoint, what people see", () => {
    it("shows the job where it runs, and sums it up", async () => {
      const run = await startRunner({});
      await run.ended;
      const log = await run.output("job.log");
      expect(log).toMatch(
        /^##\[group\]Runner\nProvider: FARGATE\nArchitecture: X86_64\nSize: 1 vCPU, 2 GiB\nImage: default \(runner .+\)\nQueued at .+ UTC, launched .+ later, here .+ after that\nStarted for: .+\n##\[endgroup\]/u,
      );
      const summary = await run.output("summary.md");
      expect(summary).toMatch(
        /^Ran on FARGATE \(X86_64, 1 vCPU, 2 GiB\): waited \d\d s, ran \d s, about \$0\.00\d\d \(\$0\.0020 GitHub-hosted\)\n\n$/u,
      );
    });

    it("tells the job why it is not on Spot", async () => {
      const run = await startRunner({ TORNADE_FALLBACK: "FARGATE_SPOT: no capacity" });
      await run.ended;
      expect(await run.output("job.log")).toContain(
        "\nProvider: FARGATE\nNot the first choice: FARGATE_SPOT: no capacity\n",
      );
    });

    const notForForks = /^::error title=tornade::pull requests from forks get no runner here/mu;
    it.each([
      ["refuse", "Canceled", notForForks, /at work|in any case/u],
      ["allow", "Succeeded", /at work\nin any case/u, notForForks],
    ])("has policy %s forks: the job has %s", async (forks, result, shown, hidden) => {
      const [head, base] = [{ repo: { id: 8 } }, { repo: { id: 7 } }];
      const event = { repository: { private: true }, pull_request: { head, base } };
      const stub = { STUB_EVENT: JSON.stringify(event), ...jobSteps };
      const run = await startRunner({ TORNADE_FORKS: forks, ...stub });
      expect(await run.ended).toBe(0);
      expect(lastLine(run)).toMatchObject({ result });
      const log = await run.output("job.log");
      expect(log).toMatch(shown);
      expect(log).not.toMatch(hidden);
    });

    it("fails a refused job with the reason, and runs none of its steps", async () => {
      const refusal = "label 'runs-on=FARGET' is unknown; use FARGATE";
      const run = await startRunner({ TORNADE_REFUSAL: refusal, ...jobSteps });
      expect(await run.ended).toBe(0);
      const log = await run.output("job.log");
      expect(log).toContain(`\n::error title=tornade::${refusal}`);
      expect(log).toContain("received a shutdown signal");
      expect(log).not.toMatch(/at work|in any case/u);
      expect(lastLine(run)).toMatchObject({ level: "info", reason: "the job was refused" });
    });

    it("runs no step of a refused job where the worker hears of no shutdown", async () => {
      const deaf = { STUB_DEAF: "yes", TORNADE_REFUSE_SECONDS: "1" };
      const run = await startRunner({ TORNADE_REFUSAL: "no", ...jobSteps, ...deaf });
      expect(await run.ended).toBe(0);
      const log = await run.output("job.log");
      expect(log).toContain("\n::error title=tornade::no");
      expect(log).not.toMatch(/at work|in any case/u);
      expect(lastLine(run)).toMatchObject({ level: "info", reason: "the job was refused" });
    });

    it("answers docker on Fargate with the way out", async () => {
      const run = await startRunner({ STUB_STEP: "docker run alpine" });
      await run.ended;
      expect(await run.output("job.log")).toContain("use the label 'runs-on=CODEBUILD'");
    });
  });

  describe.concurrent("entrypoint, limits", () => {
    it.each([
      ["no job within 1 s", { STUB_JOB: "none", TORNADE_IDLE_SECONDS: "1" }],
      ["not connected within 1 s", { STUB_CONNECT: "never", TORNADE_IDLE_SECONDS: "1" }],
      ["the timeout of 1 s has passed", { STUB_STEP: "sleep 60", TORNADE_TIMEOUT_SECONDS: "1" }],
      ["the listener stayed after its job", { STUB_AFTER_JOB: "stay", TORNADE_STOP_SECONDS: "1" }],
    ])("ends a runner with the reason: %s", async (reason, variables) => {
      const run = await startRunner(variables);
      expect(await run.ended).toBe(0);
      expect(lastLine(run)).toMatchObject({ reason, exitCode: 0 });
      expect(run.log()).toContain("Exiting...");
    });

    it("lets the job tell GitHub that it was ended", async () => {
      const run = await startRunner({ STUB_STEP: "sleep 60", TORNADE_TIMEOUT_SECONDS: "1" });
      await run.ended;
      expect(await run.output("job.log")).toContain("received a shutdown signal");
      expect(lastLine(run)).toMatchObject({ result: "Canceled" });
    });

    it("kills a listener that does not end", async () => {
      const variables = { STUB_DEAF: "yes", STUB_STEP: "sleep 60" };
      const run = await startRunner({
        ...variables,
        TORNADE_TIMEOUT_SECONDS: "1",
        TORNADE_STOP_SECONDS: "1",
      });
      expect(await run.ended).toBe(137);
      const reason = "the timeout of 1 s has passed; the listener was killed";
      expect(lastLine(run)).toMatchObject({ level: "error", reason });
    });

    it("counts the idle limit from listening, not from the start of a job", async () => {
      const run = await startRunner({ STUB_STEP: "sleep 2.2", TORNADE_IDLE_SECONDS: "1" });
      expect(await run.ended).toBe(0);
      expect(lastLine(run)).toMatchObject({ result: "Succeeded" });
    });
  });

  describe.concurrent("entrypoint, SIGTERM", () => {
    it("gives the session of an idle runner back", async () => {
      const run = await startRunner({ STUB_JOB: "none" });
      await sees(run, "Listening for Jobs");
      await run.signal("SIGTERM");
      expect(await run.ended).toBe(0);
      expect(run.log()).toContain("Exiting...");
      expect(lastLine(run)).toMatchObject({ reason: "the container was told to stop" });
    });

    it("has a running job fail with its reason", async () => {
      const run = await startRunner({ STUB_STEP: "echo at work; sleep 60" });
      await expect.poll(async () => run.output("job.log"), patience).toContain("at work");
      await run.signal("SIGTERM");
      expect(await run.ended).toBe(0);
      expect(await run.output("job.log")).toContain("received a shutdown signal");
    });
  });

  describe.concurrent("entrypoint, JIT config", () => {
    it.each([
      ["files:", encodeJitConfig],
      ["gzip:", encodeOtherwise],
      ["raw:", (files: JitFiles) => encodeJitConfig(files).replaceAll("=", "")],
    ])("writes the files in a %s byte for byte, for the runner alone", async (form, encode) => {
      const files = createJitFiles();
      const compact = compactJitConfig(encode(files));
      expect(compact.slice(0, form.length)).toBe(form);
      const list = `cd ../.. && stat -c '%a %n' .runner .cred* && cp .runner .cred* "$STUB_OUTPUT"`;
      const run = await startRunner({ STUB_STEP: list, TORNADE_JIT_CONFIG: compact });
      await run.ended;
      for (const [name, bytes] of Object.entries(files)) {
        expect(await run.output(name)).toBe(bytes.toString("latin1"));
      }
      expect((await run.output("job.log")).match(/^600 /gmu)).toHaveLength(3);
    });

    it("leaves the secret in no environment, on no command line and in no log", async () => {
      const files = createJitFiles();
      const run = await startRunner(
        { STUB_STEP: "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>&1" },
        files,
      );
      expect(await run.ended).toBe(0);
      const seen = await run.output("job.log");
      // The listener's own environment was among what was looked at.
      expect(seen).toContain("ACTIONS_RUNNER_HOOK_JOB_STARTED=");
      for (const secret of secretsOf(files)) {
        expect(seen).not.toContain(secret);
        expect(run.log()).not.toContain(secret);
      }
      expect(await run.output("environment")).not.toContain("JIT_CONFIG");
      expect(await run.output("arguments")).toMatch(/bin\/Runner\.Listener\0run\0$/u);
    });

    it.each(badJitConfigs())(
      "says what is wrong with one that is %s",
      async (_case, jitConfig, problem) => {
        const run = await startRunner({ TORNADE_JIT_CONFIG: jitConfig });
        expect(await run.ended).toBe(78);
        const reason = `TORNADE_JIT_CONFIG ${problem}`;
        expect(lastLine(run)).toMatchObject({ level: "error", message: "runner ended", reason });
        expect(run.log()).not.toContain(jitConfig.slice(10, 60) || "never");
        expect(await run.output(".credentials")).toBe("");
        expect(await run.output("listener-started")).toBe("");
      },
    );
  });
}

/** The steps of the last line with their times, in its order. */
function stepsOf(run: RunnerRun): readonly (readonly [string, number])[] {
  const line = run.log().trimEnd().split("\n").at(-1) ?? "";
  const steps = line.matchAll(/"([a-zA-Z]+)Milliseconds":(\d+)/gu);
  return [...steps].map(([, name = "", time]) => [name, Number(time)]);
}

/** The forms in which the secret could be seen, without what any two JIT configs have in common. */
function secretsOf(files: JitFiles): readonly string[] {
  const encoded = encodeJitConfig(files);
  const credentials = files[".credentials"]?.toString() ?? "";
  const compact = compactJitConfig(encoded);
  return [compact.slice(-600, -300), encoded.slice(-900, -600), credentials.slice(-30)];
}

function badJitConfigs(): readonly (readonly [string, string, string])[] {
  const good = compactJitConfig(encodeJitConfig(createJitFiles()));
  const files = (text: string) => `files:${gzipSync(text).toString("base64")}`;
  const json = (text: string) => `gzip:${gzipSync(text).toString("base64")}`;
  const otherwise = compactJitConfig(encodeOtherwise(createJitFiles()));
  const malformed = "is malformed or cut off";
  return [
    ["empty", "", "is empty"],
    ["of no known form", "zip:H4sIAAAA", "begins with none of 'files:', 'gzip:' and 'raw:'"],
    ["not base64", `files:*${good.slice(7)}`, malformed],
    ["not gzip", `files:${randomBytes(900).toString("base64")}`, malformed],
    ["cut off", good.slice(0, -200), malformed],
    ["cut off within a file", files(".runner 10\n.credentials 5\n\n0123456789ab"), malformed],
    ["longer than it says", files(".runner 2\n.credentials 2\n\nabcdef"), malformed],
    ["writing elsewhere", files("../.bashrc 2\n\nab"), malformed],
    ["writing to the folder above", files(".. 2\n\nab"), malformed],
    ["without credentials", files(".runner 2\n\n{}"), "lacks .runner or .credentials"],
    ["oversized", `files:${"A".repeat(65_536)}`, "has more than 65536 characters"],
    ["a bomb", files(`.runner 2\n\n${"a".repeat(3_000_000)}`), malformed],
    ["JSON cut off", otherwise.slice(0, -200), malformed],
    ["JSON without its last bytes", otherwise.slice(0, -8), malformed],
    ["a bomb of JSON", json(`{".runner":"${"a".repeat(3_000_000)}"}`), malformed],
    ["JSON without files", json("{}"), "lacks .runner or .credentials"],
    ["raw, but not base64", "raw:not a JIT config", "lacks .runner or .credentials"],
  ];
}
