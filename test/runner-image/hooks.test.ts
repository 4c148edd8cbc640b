import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { platform, tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { containing } from "../support/containing.ts";

// Its scripts are for GNU tools and /proc.
const isLinux = platform() === "linux";
const image = join(import.meta.dirname, "..", "..", "runner-image");
let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tornade-hooks-"));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Stands in for the worker, and for who shuts it down: runs a hook and then, unless it was told to shut down, a
 * step with `if: always()`. Without it a hook would find the worker of whatever job these tests run in.
 */
const worker = `#!/bin/bash
trap 'told=yes; kill -INT "$hook"' USR1
told="" hook=""
export TORNADE_SUPERVISOR=\${TORNADE_SUPERVISOR-$$}
if [[ $TORNADE_SUPERVISOR == deaf ]]; then TORNADE_SUPERVISOR=$$; trap "" USR1; fi
env --default-signal=INT "$@" &
hook=$!
while wait "$hook"; status=$?; kill -0 "$hook" 2>/dev/null; do :; done
if [[ -z $told ]]; then touch "\${0%/*}/always-step"; fi
exit "$status"
`;

/** Runs a script of the image as the runner does, with an event of a private repository. */
function runScript(path: string, variables: Variables = {}, event: unknown = privateEvent) {
  const eventPath = join(home, "event.json");
  writeFileSync(eventPath, typeof event === "string" ? event : JSON.stringify(event));
  writeFileSync(join(home, "Runner.Worker"), worker, { mode: 0o755 });
  const command = ["bash", "--noprofile", "--norc", "-e", join(image, path)];
  const { status, stdout } = spawnSync(join(home, "Runner.Worker"), command, {
    encoding: "utf8",
    env: {
      PATH: "/usr/bin:/bin",
      TORNADE_RUNNER_HOME: home,
      GITHUB_EVENT_PATH: eventPath,
      GITHUB_STEP_SUMMARY: join(home, "summary"),
      ...job,
      ...variables,
    },
  });
  return { status, stdout };
}

const ranAlwaysStep = () => existsSync(join(home, "always-step"));

const job = {
  GITHUB_REPOSITORY: "acme/app",
  GITHUB_RUN_ID: "99",
  GITHUB_RUN_ATTEMPT: "1",
  TORNADE_REPOSITORY: "Acme/app",
  TORNADE_RUN_ID: "99",
  TORNADE_RUN_ATTEMPT: "1",
};

const privateEvent = { repository: { private: true } };
const publicEvent = { repository: { private: false } };

function pullRequest(headId: number | undefined, repository = privateEvent.repository) {
  const head = headId === undefined ? { repo: null } : { repo: { id: headId } };
  return { repository, pull_request: { head, base: { repo: { id: 7 } } } };
}

function workflowRun(headId: number | undefined) {
  const head = headId === undefined ? null : { id: headId };
  return { repository: { private: true, id: 7 }, workflow_run: { head_repository: head } };
}

const commentOnFork = {
  ...privateEvent,
  issue: { pull_request: { url: "https://api.github.com/repos/acme/app/pulls/1" } },
  comment: { body: "/deploy" },
};

const passed = { status: 0, stdout: "" };

describe.runIf(isLinux)("job-started", () => {
  it.each([
    ["a push to a private repository", privateEvent],
    ["a pull request within a repository", pullRequest(7)],
    ["a workflow run that a push to the repository triggered", workflowRun(7)],
    ["a comment on a pull request, which brings no code", commentOnFork],
    ["an event that tells nothing of its repository, which was checked before", {}],
  ])("lets %s pass", (_case, event) => {
    expect(runScript("hooks/job-started.sh", {}, event)).toEqual(passed);
  });

  it.each([
    ["a fork", pullRequest(8)],
    ["a fork that was deleted", pullRequest(undefined)],
    ["a fork, whatever the visibility", pullRequest(8, publicEvent.repository)],
  ])("refuses a pull request from %s", (_case, event) => {
    const { status, stdout } = runScript("hooks/job-started.sh", {}, event);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error title=tornade::pull requests from forks get no runner here/u);
    expect(stdout).toContain("push the branch to acme/app itself");
  });

  it.each([
    ["a fork", workflowRun(8)],
    ["a fork that was deleted", workflowRun(undefined)],
  ])("refuses a workflow run that was triggered by %s", (_case, event) => {
    const { status, stdout } = runScript("hooks/job-started.sh", {}, event);
    expect(status).toBe(1);
    expect(stdout).toContain("nor do workflow runs that follow them");
    expect(ranAlwaysStep()).toBe(false);
  });

  it.each([
    ["pull requests", pullRequest(8)],
    ["workflow runs", workflowRun(8)],
  ])("lets %s of forks pass where policy says so", (_case, event) => {
    expect(runScript("hooks/job-started.sh", { TORNADE_FORKS: "allow" }, event)).toEqual(passed);
  });

  it("lets no public repository in for the sake of a fork", () => {
    const event = pullRequest(8, publicEvent.repository);
    const { status, stdout } = runScript("hooks/job-started.sh", { TORNADE_FORKS: "allow" }, event);
    expect(status).toBe(1);
    expect(stdout).toContain("public repositories get no runner here");
  });

  it("refuses a public repository, unless policy says otherwise", () => {
    const { status, stdout } = runScript("hooks/job-started.sh", {}, publicEvent);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error title=tornade::public repositories get no runner here/u);
    const allowing = { TORNADE_PUBLIC_REPOSITORIES: "allow" };
    expect(runScript("hooks/job-started.sh", allowing, publicEvent)).toEqual(passed);
  });

  it("refuses another repository whose event does not tell what it is", () => {
    const other = { GITHUB_REPOSITORY: "acme/other" };
    expect(runScript("hooks/job-started.sh", other, {})).toMatchObject({ status: 1 });
    expect(runScript("hooks/job-started.sh", other, privateEvent)).toEqual(passed);
  });

  it("refuses what it cannot read", () => {
    const { status, stdout } = runScript("hooks/job-started.sh", {}, "{");
    expect(status).toBe(1);
    expect(stdout).toContain("the event of this job cannot be read");
  });

  describe("keeps a job that it refuses from steps that run always()", () => {
    it("by the runner's shutdown", () => {
      expect(runScript("hooks/job-started.sh", {}, publicEvent)).toMatchObject({ status: 1 });
      expect(ranAlwaysStep()).toBe(false);
      expect(runScript("hooks/job-started.sh")).toEqual(passed);
      expect(ranAlwaysStep()).toBe(true);
    });

    it("where the hook itself fails", () => {
      const broken = { TORNADE_REFUSAL: "no", TORNADE_REPOSITORY: undefined };
      expect(runScript("hooks/job-started.sh", broken)).toEqual({ status: 1, stdout: "" });
      expect(ranAlwaysStep()).toBe(false);
    });

    it.each([
      ["is not known", { TORNADE_SUPERVISOR: "" }],
      ["is gone", { TORNADE_SUPERVISOR: "99999999" }],
      ["does nothing", { TORNADE_SUPERVISOR: "deaf", TORNADE_REFUSE_SECONDS: "1" }],
    ])("by the worker's death, where the supervisor %s", (_case, variables) => {
      const { status, stdout } = runScript("hooks/job-started.sh", variables, publicEvent);
      expect(status).toBeNull();
      expect(stdout).toContain("public repositories get no runner here");
      expect(ranAlwaysStep()).toBe(false);
    });
  });

  describe("of a runner that was started for a refusal", () => {
    const refusal = {
      TORNADE_REFUSAL: "label 'runs-on=FARGET' is unknown; use FARGATE",
      TORNADE_JOB_NAME: "build (18, 100%)",
    };

    it("fails the job with the reason and whose labels it is about", () => {
      const { status, stdout } = runScript("hooks/job-started.sh", refusal);
      expect(status).toBe(1);
      expect(stdout).toBe(
        "::error title=tornade::label 'runs-on=FARGET' is unknown; use FARGATE (job 'build (18, 100%25)')\n",
      );
    });

    it("keeps a reason of several lines in one annotation", () => {
      const { stdout } = runScript("hooks/job-started.sh", { TORNADE_REFUSAL: "one\r\ntwo" });
      expect(stdout).toBe("::error title=tornade::one%0D%0Atwo\n");
    });

    it.each([
      ["repository", { GITHUB_REPOSITORY: "acme/other" }],
      ["run", { GITHUB_RUN_ID: "100" }],
      ["attempt", { GITHUB_RUN_ATTEMPT: "2" }],
    ])("lets a job of another %s run normally", (_case, other) => {
      expect(runScript("hooks/job-started.sh", { ...refusal, ...other })).toEqual(passed);
    });
  });
});

describe.runIf(isLinux)("job-completed", () => {
  let now = 0;
  let facts: Variables = {};

  beforeEach(() => {
    now = Math.floor(Date.now() / 1000);
    facts = {
      TORNADE_PROVIDER: "FARGATE_SPOT",
      TORNADE_ARCHITECTURE: "ARM64",
      TORNADE_CPU: "2",
      TORNADE_MEMORY: "4",
      TORNADE_QUEUED_AT: String((now - 1_040) * 1_000),
      TORNADE_LAUNCHED_AT: String((now - 1_030) * 1_000),
    };
  });

  function summaryOf(variables: Variables): string {
    writeFileSync(join(home, ".job-started"), String(now - 1_000));
    expect(runScript("hooks/job-completed.sh", variables)).toEqual(passed);
    return readFileSync(join(home, "summary"), "utf8");
  }

  it("writes one line to the summary", () => {
    const summary = summaryOf(facts);
    expect(summary).toMatch(
      /^Ran on FARGATE_SPOT \(ARM64, 2 vCPU, 4 GiB\): waited 40 s, ran 16 min 4\d s\n\n$/u,
    );
  });

  it("counts the cost from the launch by the second, and GitHub's by minutes begun", () => {
    const prices = { TORNADE_USD_PER_MINUTE: "0.0006", TORNADE_HOSTED_USD_PER_MINUTE: "0.005" };
    expect(summaryOf({ ...facts, ...prices })).toContain(", about $0.0103 ($0.0850 GitHub-hosted)");
  });

  it("counts minutes begun on CodeBuild", () => {
    const prices = { TORNADE_PROVIDER: "CODEBUILD", TORNADE_USD_PER_MINUTE: "0.005" };
    expect(summaryOf({ ...facts, ...prices })).toMatch(/, about \$0\.0900\n/u);
  });

  it("says what it knows where the dispatcher told it nothing", () => {
    expect(summaryOf({})).toMatch(/^Ran on a runner of tornade \((?:X86_64|ARM64), \d+ vCPU/u);
  });

  it("fails no job", () => {
    const nowhere = { TORNADE_RUNNER_HOME: "/nowhere", GITHUB_STEP_SUMMARY: "/nowhere/summary" };
    expect(runScript("hooks/job-completed.sh", nowhere)).toMatchObject({ status: 0 });
  });
});

describe.runIf(isLinux)("docker shim", () => {
  it("names the way out", () => {
    expect(runScript("shims/docker", { TORNADE_PROVIDER: "FARGATE" })).toEqual({
      status: 1,
      stdout:
        "::error title=tornade::FARGATE has no Docker; use the label 'runs-on=CODEBUILD' for jobs with docker, container: or services:\n",
    });
  });
});

describe.runIf(isLinux)("write_setup_info", () => {
  it("writes what the runner can read, whatever is in it", () => {
    const path = join(home, ".setup_info");
    const variables = {
      TORNADE_PROVIDER: "FARGATE",
      TORNADE_FALLBACK: 'FARGATE_SPOT: "no\\capacity"\tat\u0001 all',
      TORNADE_QUEUED_AT: "1000000",
      TORNADE_LAUNCHED_AT: "1002000",
      TORNADE_CPU: "1",
      TORNADE_MEMORY: "2",
      TORNADE_ARCHITECTURE: "X86_64",
    };
    const script = `here=${image}; for f in log machine setup-info; do . $here/$f.sh; done; write_setup_info ${path}`;
    spawnSync("bash", ["-c", script], { env: { PATH: "/usr/bin:/bin", ...variables } });
    const info: unknown = JSON.parse(readFileSync(path, "utf8"));
    expect(info).toEqual([{ group: "Runner", detail: containing("Provider: FARGATE\n") }]);
    const text = JSON.stringify(info);
    expect(text).toContain(
      String.raw`Not the first choice: FARGATE_SPOT: \"no\\capacity\"\tat  all\n`,
    );
    expect(text).toContain(String.raw`Queued at 00:16:40 UTC, launched 2 s later, here `);
    expect(text).toContain(String.raw`Size: 1 vCPU, 2 GiB\n`);
  });
});
