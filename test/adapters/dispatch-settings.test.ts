import { describe, expect, it } from "vitest";

import { readDispatchSettings } from "../../functions/adapters/dispatch-settings.ts";
import { SettingsError } from "../../functions/core/errors.ts";
import { dispatchEnv } from "../support/dispatch-env.ts";

const names = Object.keys(dispatchEnv).filter((name) => name !== "TORNADE_DEAD_LETTER_QUEUE_URL");

describe("readDispatchSettings", () => {
  it("has a default for all that is not required", () => {
    expect(readDispatchSettings(dispatchEnv)).toMatchObject({
      runnerPrefix: "tornade",
      idleSeconds: 300,
      forks: "refuse",
      capacityDeadline: 3_600_000,
      rerunRepositories: [],
      gitHub: { apiUrl: "https://api.github.com", scope: "organization", runnerGroupId: 1 },
      fargate: { containerName: "runner", assignPublicIp: "ENABLED" },
      assess: {
        launchLabel: "tornade",
        owners: ["acme"],
        publicRepositories: "refuse",
        images: ["default"],
        defaults: {
          runsOn: ["FARGATE"],
          architecture: "X86_64",
          cpu: 1,
          memory: 2,
          disk: 20,
          image: "default",
          timeoutMinutes: 360,
        },
        refusalSpec: { rungs: ["FARGATE", "FARGATE_SPOT"], cpu: 1, memory: 2 },
      },
      refusalsPerHour: 20,
      checkRuns: "off",
    });
  });

  it.each(names)("needs %s", (name) => {
    const read = () => readDispatchSettings({ ...dispatchEnv, [name]: " " });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(`${name} is not set; see docs/settings.md`);
  });

  it.each([
    [
      "GITHUB_API_URL",
      "https://ghes.acme.com/api/v3/",
      { gitHub: { apiUrl: "https://ghes.acme.com/api/v3" } },
    ],
    ["TORNADE_ASSIGN_PUBLIC_IP", "disabled", { fargate: { assignPublicIp: "DISABLED" } }],
    ["TORNADE_CAPACITY_DEADLINE_MINUTES", "10", { capacityDeadline: 600_000 }],
    ["TORNADE_CHECK_RUNS", "on", { checkRuns: "on" }],
    ["TORNADE_REFUSALS_PER_HOUR", "1000", { refusalsPerHour: 1_000 }],
    ["TORNADE_CONTAINER_NAME", "main", { fargate: { containerName: "main" } }],
    ["TORNADE_FORKS", "allow", { forks: "allow" }],
    ["TORNADE_IDLE_MINUTES", "2", { idleSeconds: 120 }],
    ["TORNADE_OWNERS", "acme, octo-org", { assess: { owners: ["acme", "octo-org"] } }],
    ["TORNADE_PUBLIC_REPOSITORIES", "allow", { assess: { publicRepositories: "allow" } }],
    ["TORNADE_RERUN_REPOSITORIES", "acme/app", { rerunRepositories: ["acme/app"] }],
    [
      "TORNADE_REPOSITORY_ROLES",
      '{"Acme/App":"arn:aws:iam::123456789012:role/app"}',
      { repositoryRoles: new Map([["acme/app", "arn:aws:iam::123456789012:role/app"]]) },
    ],
    ["TORNADE_RUNNER_GROUP_ID", "7", { gitHub: { runnerGroupId: 7 } }],
    ["TORNADE_RUNNER_SCOPE", "repository", { gitHub: { scope: "repository" } }],
    [
      "TORNADE_SUBNETS",
      "subnet-0a, subnet-0b",
      { fargate: { subnets: ["subnet-0a", "subnet-0b"] } },
    ],
    [
      "TORNADE_DEFAULTS",
      '{"runs-on":"FARGATE_SPOT+FARGATE","cpu":0.5}',
      { assess: { defaults: { runsOn: ["FARGATE_SPOT", "FARGATE"], cpu: 0.5 } } },
    ],
    [
      "TORNADE_DEFAULTS",
      '{"runs-on":"FARGATE+CODEBUILD","cpu":64}',
      { assess: { defaults: { runsOn: ["FARGATE", "CODEBUILD"], cpu: 64 } } },
    ],
  ])("reads %s=%s", (name, text, settings) => {
    expect(readDispatchSettings({ ...dispatchEnv, [name]: text })).toMatchObject(settings);
  });

  it.each([
    ['{"X86_64":{"codeBuildImage":"x"}}', ["CODEBUILD"]],
    ['{"X86_64":{"taskDefinition":"x"}}', ["FARGATE", "FARGATE_SPOT"]],
    ['{"ARM64":{"taskDefinition":"x"}}', ["FARGATE"]],
  ])("tells refusals where the default image is: %s", (image, rungs) => {
    const env = { ...dispatchEnv, TORNADE_IMAGES: `{"default":${image}}` };
    expect(readDispatchSettings(env).assess.refusalSpec.rungs).toEqual(rungs);
  });

  it.each([
    ["default", "X86_64", ["FARGATE", "FARGATE_SPOT"]],
    ["default", "ARM64", []],
    ["node", "ARM64", ["CODEBUILD"]],
    ["rust", "ARM64", []],
  ] as const)("knows that image '%s' for %s can be had from %j", (name, architecture, places) => {
    const env = {
      ...dispatchEnv,
      TORNADE_IMAGES:
        '{"default":{"X86_64":{"taskDefinition":"x"}},"Node":{"ARM64":{"codeBuildImage":"x"}}}',
    };
    const { findEquipped } = readDispatchSettings(env).assess;
    expect(findEquipped({ name, architecture })).toEqual(places);
  });

  it.each([
    ["TORNADE_ASSIGN_PUBLIC_IP", "yes"],
    ["TORNADE_CAPACITY_DEADLINE_MINUTES", "0"],
    ["TORNADE_CHECK_RUNS", "yes"],
    ["TORNADE_FORKS", "run"],
    ["TORNADE_IDLE_MINUTES", "61"],
    ["TORNADE_REFUSALS_PER_HOUR", "1001"],
    ["TORNADE_LAUNCH_LABEL", "a b"],
    ["TORNADE_PUBLIC_REPOSITORIES", "some"],
    ["TORNADE_RUNNER_GROUP_ID", "default"],
    ["TORNADE_RUNNER_PREFIX", "Tornade"],
    ["TORNADE_RUNNER_SCOPE", "enterprise"],
  ])("refuses %s=%s, and says what is allowed", (name, text) => {
    const read = () => readDispatchSettings({ ...dispatchEnv, [name]: text });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(`${name} should be`);
    expect(read).toThrow(`, got '${text}'`);
  });

  it.each([
    ["GITHUB_API_URL", "nonsense"],
    ["GITHUB_API_URL", "ghes.acme.com/api/v3"],
    ["GITHUB_API_URL", "ftp://ghes.acme.com"],
  ])("refuses %s=%s, which is no address", (name, text) => {
    const read = () => readDispatchSettings({ ...dispatchEnv, [name]: text });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(`${name} should be an address that begins with https://, got '${text}'`);
  });

  it.each([
    ["TORNADE_SUBNETS", "subnet-0a", 16],
    ["TORNADE_SECURITY_GROUPS", "sg-0a", 5],
  ])("takes no more of %s than ECS does", (name, one, most) => {
    const read = (count: number) =>
      readDispatchSettings({
        ...dispatchEnv,
        [name]: Array.from({ length: count }, () => one).join(),
      });
    expect(() => read(most)).not.toThrow();
    expect(() => read(most + 1)).toThrow(SettingsError);
    expect(() => read(most + 1)).toThrow(
      `${name} should be a list of 1 to ${most}, got ${most + 1}`,
    );
  });

  it.each([
    ["TORNADE_IMAGES", "[]", "images should be an object"],
    [
      "TORNADE_IMAGES",
      '{"default":{"X86_64":{"taskDefinition":1}}}',
      "taskDefinition of image 'default'",
    ],
    ["TORNADE_REPOSITORY_ROLES", '{"acme/app":1}', "role of acme/app should be text"],
    ["TORNADE_REPOSITORY_ROLES", "{", "Expected property name"],
    ["TORNADE_DEFAULTS", '{"runs-on":"FARGET"}', "'runs-on' cannot be 'FARGET'"],
    [
      "TORNADE_DEFAULTS",
      '{"cpu":500}',
      "the default size fits no size of FARGATE; use at most cpu=32 memory=244 disk=200 (FARGATE X86_64)",
    ],
    ["TORNADE_DEFAULTS", '{"disk":500}', "(FARGATE X86_64) or runs-on=CODEBUILD"],
    ["TORNADE_DEFAULTS", '{"cpus":1}', "'cpus' is none of runs-on, arch, cpu"],
  ])("refuses %s=%s, and says where it is wrong", (name, text, problem) => {
    const read = () => readDispatchSettings({ ...dispatchEnv, [name]: text });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(`${name} is not as docs/settings.md says: `);
    expect(read).toThrow(problem);
  });

  it.each([
    ["{}", "default"],
    ['{"image":"Rust"}', "rust"],
  ])("refuses the defaults %s, whose image is not in the table", (defaults, image) => {
    const env = {
      ...dispatchEnv,
      TORNADE_IMAGES: '{"node":{"X86_64":{"taskDefinition":"tornade-node"}}}',
      TORNADE_DEFAULTS: defaults,
    };
    expect(() => readDispatchSettings(env)).toThrow(
      `TORNADE_IMAGES has no image '${image}', which a job gets that asks for none; add it, or name another in TORNADE_DEFAULTS`,
    );
  });

  it("reads roles by repository in any case", () => {
    const env = {
      ...dispatchEnv,
      TORNADE_REPOSITORY_ROLES: '{"Acme/App":"arn:aws:iam::1:role/x"}',
    };
    const { fargate, codeBuild } = readDispatchSettings(env);
    expect([...fargate.roles]).toEqual([["acme/app", "arn:aws:iam::1:role/x"]]);
    expect(codeBuild.roles).toEqual(fargate.roles);
  });
});
