import { describe, expect, it } from "vitest";

import { runnerEnvironment, runnerTags } from "../../functions/core/runner-environment.ts";
import { jobItem, launchingItem, launchOf, queuedJob, runnerSpec } from "./builders.ts";

const runnerName = "tornade-4711-1-2";
const ladder = runnerSpec({ rungs: ["CODEBUILD", "FARGATE"] });
const rules = {
  runnerName,
  idleSeconds: 300,
  forks: "refuse",
  policy: { publicRepositories: "refuse" },
  repositoryRoles: new Map([["acme/app", "arn:aws:iam::123456789012:role/app"]]),
} as const;
const withoutRoles = { ...rules, repositoryRoles: new Map() };

describe("runnerEnvironment", () => {
  it("tells the runner whose it is and what it is, its name first", () => {
    const launches = [
      launchOf(1, { provider: "FARGATE_SPOT", reason: "Capacity is unavailable at this time" }),
      launchOf(2, { provider: "CODEBUILD", at: 1_700_000_009_000 }),
    ];
    const spec = runnerSpec({ rungs: ["FARGATE_SPOT", "FARGATE", "CODEBUILD"] });
    const item = launchingItem({ spec, launches, times: { queued: 1_700_000_000_000 } });
    const environment = runnerEnvironment(item, rules);
    expect(Object.entries(environment)).toEqual([
      ["RUNNER_NAME", runnerName],
      ["TORNADE_JOB_ID", "4711"],
      ["TORNADE_JOB_NAME", item.job.name],
      ["TORNADE_RUN_ID", "99"],
      ["TORNADE_RUN_ATTEMPT", "1"],
      ["TORNADE_REPOSITORY", "acme/app"],
      ["TORNADE_PUBLIC_REPOSITORIES", "refuse"],
      ["TORNADE_FORKS", "refuse"],
      ["TORNADE_IMAGE", "default"],
      ["TORNADE_ARCHITECTURE", "X86_64"],
      ["TORNADE_PROVIDER", "CODEBUILD"],
      ["TORNADE_IDLE_SECONDS", "300"],
      ["TORNADE_TIMEOUT_SECONDS", "21600"],
      ["TORNADE_LAUNCHED_AT", "1700000009000"],
      ["TORNADE_QUEUED_AT", "1700000000000"],
      ["TORNADE_CPU", "2"],
      ["TORNADE_MEMORY", "4"],
      ["TORNADE_USD_PER_MINUTE", "0.005000"],
      ["TORNADE_HOSTED_USD_PER_MINUTE", "0.002"],
      ["TORNADE_FALLBACK", "FARGATE_SPOT: Capacity is unavailable at this time"],
    ]);
  });

  it("tells the reason of a refusal, and nothing of a launch before there is one", () => {
    const item = jobItem({ refusal: "label 'x' is odd" });
    const environment = runnerEnvironment(item, rules);
    expect(environment).toMatchObject({
      TORNADE_REFUSAL: "label 'x' is odd",
      TORNADE_PROVIDER: "",
    });
    expect(environment).not.toHaveProperty("TORNADE_LAUNCHED_AT");
  });

  it.each([99, 100])("cuts no character in two, after %i others", (length) => {
    const name = `${"x".repeat(length)}🚀 (18, linux)`;
    const reason = `${"x".repeat(length - "CODEBUILD: ".length)}🚀`;
    const lost = launchOf(1, { provider: "CODEBUILD", reason });
    const launches = [lost, launchOf(2)];
    const item = launchingItem({ job: { ...queuedJob(), name }, spec: ladder, launches });
    for (const value of Object.values(runnerEnvironment(item, rules))) {
      expect(value.isWellFormed()).toBe(true);
    }
  });

  it("leaves out what it does not know", () => {
    const spec = { ...ladder, architecture: "ARM64" as const, cpu: 33 };
    const lost = launchOf(1, { provider: "CODEBUILD" });
    const item = launchingItem({ spec, times: {}, launches: [lost, launchOf(2)] });
    const environment = runnerEnvironment(item, rules);
    expect(environment).toMatchObject({ TORNADE_FALLBACK: "CODEBUILD: it was lost" });
    for (const name of ["QUEUED_AT", "CPU", "MEMORY", "USD_PER_MINUTE", "HOSTED_USD_PER_MINUTE"]) {
      expect(environment).not.toHaveProperty(`TORNADE_${name}`);
    }
  });

  it.each([
    ["the second rung", ["FARGATE_SPOT", "FARGATE"], {}, "FARGATE_SPOT: full"],
    ["the third rung", ["FARGATE_SPOT", "FARGATE", "CODEBUILD"], {}, "FARGATE_SPOT: full"],
    ["the first rung again", ["FARGATE_SPOT", "FARGATE", "FARGATE_SPOT"], {}, undefined],
    ["a rung of its refusal", ["FARGATE_SPOT", "FARGATE"], { refusal: "too large" }, undefined],
  ] as const)("tells on %s why it is not the first choice, if so", (...[, tried, more, told]) => {
    const spec = runnerSpec({ rungs: ["FARGATE_SPOT", "FARGATE", "CODEBUILD"] });
    const launches = tried.map((provider, index) =>
      launchOf(index + 1, { provider, outcome: "not-started", reason: "full" }),
    );
    const environment = runnerEnvironment(launchingItem({ spec, launches, ...more }), rules);
    expect(environment["TORNADE_FALLBACK"]).toBe(told);
  });

  it("tells readers of the repository of no account and no role, not even of a part", () => {
    const reason =
      "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/x/y may not";
    const denied = launchOf(1, { provider: "CODEBUILD", outcome: "not-started", reason });
    const told = (launches = [denied, launchOf(2)]) =>
      runnerEnvironment(launchingItem({ spec: ladder, launches }), rules)["TORNADE_FALLBACK"];
    expect(told()).toBe("CODEBUILD: AccessDeniedException: User: … may not");
    const late = { ...denied, reason: `${"x".repeat(80)} 123456789012` };
    expect(told([late, launchOf(2)])).toMatch(/x …$/u);
  });

  it("lets public repositories in beside one that policy has let in", () => {
    const { repository } = queuedJob();
    const job = queuedJob({ repository: { ...repository, private: false } });
    const allowing = { ...rules, policy: { publicRepositories: "allow" } } as const;
    const environment = runnerEnvironment(launchingItem({ job }), allowing);
    expect(environment).toMatchObject({ TORNADE_PUBLIC_REPOSITORIES: "allow" });
    expect(environment).not.toHaveProperty("TORNADE_FALLBACK");
  });

  it.each(["refuse", "allow"] as const)(
    "has a private repository's runner do as policy says with public ones: %s",
    (publicRepositories) => {
      const told = runnerEnvironment(launchingItem(), {
        ...withoutRoles,
        policy: { publicRepositories },
      });
      expect(told).toMatchObject({ TORNADE_PUBLIC_REPOSITORIES: publicRepositories });
    },
  );

  it("keeps the role of a private repository from public ones, whatever policy says", () => {
    const { repository } = queuedJob();
    const job = queuedJob({ repository: { ...repository, fullName: "Acme/App" } });
    const allowing = { ...rules, policy: { publicRepositories: "allow" } } as const;
    const told = runnerEnvironment(launchingItem({ job }), allowing);
    expect(told).toMatchObject({ TORNADE_PUBLIC_REPOSITORIES: "refuse" });
  });

  it("lets forks in where policy does", () => {
    const environment = runnerEnvironment(launchingItem(), { ...rules, forks: "allow" });
    expect(environment).toMatchObject({ TORNADE_FORKS: "allow" });
  });

  it("stays within CodeBuild's limit for all variables, whatever the texts", () => {
    const job = queuedJob({ name: "n".repeat(900) });
    const lost = launchOf(1, { provider: "CODEBUILD", reason: "r".repeat(900) });
    const item = launchingItem({ job, spec: ladder, launches: [lost, launchOf(2)] });
    const environment = runnerEnvironment(item, rules);
    // 5,500 characters, less the secret in its compact form and a refusal.
    expect(JSON.stringify(environment).length).toBeLessThan(1_500);
  });
});

describe("runnerTags", () => {
  it("says for people whose runner it is", () => {
    const item = jobItem({ job: queuedJob({ name: "test (18, linux)" }) });
    expect(runnerTags(item, runnerName)).toEqual({
      "tornade:runner": runnerName,
      "tornade:repository": "acme/app",
      "tornade:run": "99",
      "tornade:job": "4711",
      "tornade:job-name": "test (18, linux)",
    });
  });
});
