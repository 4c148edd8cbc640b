import { describe, expect, it } from "vitest";

import { readDispatchSettings } from "../../functions/adapters/dispatch-settings.ts";
import { readImageBuilds, toBuildOverrides } from "../../functions/adapters/image-builds.ts";
import { listBuiltImages } from "../../functions/adapters/image-table.ts";
import { settingNames } from "../../functions/adapters/settings.ts";
import type { Environment } from "../../functions/adapters/surroundings.ts";
import { readArray, readObject } from "../../functions/core/read-json.ts";
import { readSettings as readLaunchRunnerSettings } from "../../functions/launch-runner/settings.ts";
import { readSettings as readWebhookSettings } from "../../functions/receive-webhook/settings.ts";
import { createReconcile } from "../../functions/reconcile/reconcile.ts";
import type { TornadeConfig } from "../../lib/config.ts";
import { createFakeAws } from "../support/fake-aws.ts";
import { createTestSurroundings } from "../support/surroundings.ts";
import { synthesize } from "./synthesize.ts";

const createReconcileIn = async (env: Environment) =>
  createReconcile({ ...createTestSurroundings(createFakeAws().answer), env });

const readers: readonly (readonly [string, (env: Environment) => unknown])[] = [
  ["receivewebhook", readWebhookSettings],
  ["launchrunner", readLaunchRunnerSettings],
  ["followrunner", readDispatchSettings],
  ["reconcile", createReconcileIn],
];

/** Settings that are set only where the config says something. */
const leftAlone = new Set(["TORNADE_RERUN_REPOSITORIES"]);

/** The environment of a function as the running function finds it. */
function readEnvironment(name: string, config?: Partial<TornadeConfig>): Environment {
  const id = new RegExp(`Dispatcher${name}`, "u");
  const { properties } = synthesize(config).find("AWS::Lambda::Function", id);
  const { Variables: variables } = readObject(properties["Environment"], "Environment");
  return Object.fromEntries(
    Object.entries(readObject(variables, "Variables")).map(([key, text]) => [key, String(text)]),
  );
}

/** Which of tornade's variables a function looks at. */
async function watch(read: (env: Environment) => unknown, env: Environment) {
  const known = new Set<string>(Object.values(settingNames));
  const seen = new Set<string>();
  const watched = new Proxy(env, {
    get: (target, name) => {
      if (typeof name !== "string") return undefined;
      if (known.has(name)) seen.add(name);
      return target[name];
    },
  });
  await read(watched);
  return seen;
}

describe.each(readers)("the environment of %s", (name, read) => {
  it("is accepted by the function, which reads all of it", async () => {
    const env = readEnvironment(name);
    const seen = await watch(read, env);

    const set = new Set(Object.keys(env));
    expect([...set].filter((key) => !seen.has(key))).toEqual([]);
    expect([...seen].filter((key) => !set.has(key))).toEqual(
      [...seen].filter((key) => leftAlone.has(key)),
    );
  });

  it("has no empty setting, and room for more", () => {
    const env = readEnvironment(name);
    expect(Object.values(env)).not.toContain("");
    // Lambda takes 4 KB.
    expect(JSON.stringify(env).length).toBeLessThan(2_500);
  });
});

describe("toDispatchEnvironment", () => {
  it("says what the config says", () => {
    const role = "arn:aws:iam::123456789012:role/deploy";
    const env = readEnvironment("launchrunner", {
      owners: ["acme", "octo-org"],
      publicRepositories: "allow",
      forks: "allow",
      launchLabel: "fast",
      runnerPrefix: "fast-eu",
      runnerScope: "repository",
      runnerGroupId: 7,
      gitHubUrl: "https://acme.ghe.com",
      defaults: { "runs-on": "FARGATE_SPOT", arch: "ARM64", cpu: 2, memory: 4 },
      repositoryRoles: { "acme/deploy": role },
      idleMinutes: 3,
      capacityDeadlineMinutes: 90,
      refusalsPerHour: 5,
      checkRuns: true,
      rerunInterrupted: ["acme/app", "octo-org/*"],
      network: {
        vpcId: "vpc-0a1b2c3d",
        subnetIds: ["subnet-0a1b2c3d", "subnet-0e1f2a3b"],
        securityGroupId: "sg-0a1b2c3d",
        assignPublicIp: false,
      },
    });

    expect(readLaunchRunnerSettings(env)).toMatchObject({
      runnerPrefix: "fast-eu",
      idleSeconds: 180,
      forks: "allow",
      capacityDeadline: 5_400_000,
      refusalsPerHour: 5,
      checkRuns: "on",
      rerunRepositories: ["acme/app", "octo-org/*"],
      assess: {
        launchLabel: "fast",
        owners: ["acme", "octo-org"],
        publicRepositories: "allow",
        images: ["default"],
        defaults: { runsOn: ["FARGATE_SPOT", "FARGATE"], architecture: "ARM64", cpu: 2 },
      },
      gitHub: { apiUrl: "https://api.acme.ghe.com", scope: "repository", runnerGroupId: 7 },
      fargate: {
        containerName: "runner",
        subnets: ["subnet-0a1b2c3d", "subnet-0e1f2a3b"],
        securityGroups: ["sg-0a1b2c3d"],
        assignPublicIp: "DISABLED",
        roles: new Map([["acme/deploy", role]]),
      },
    });
  });

  it("names families that there are, and images that CodeBuild can pull", () => {
    const { fargate } = readLaunchRunnerSettings(readEnvironment("launchrunner"));
    const families = synthesize()
      .ofType("AWS::ECS::TaskDefinition")
      .map(({ Properties }) => Properties["Family"]);
    const images = Object.values(fargate.images.get("default") ?? {});

    expect(new Set(images.map(({ taskDefinition }) => taskDefinition))).toEqual(new Set(families));
    for (const { codeBuildImage } of images)
      expect(codeBuildImage).toMatch(/\.dkr\.ecr\..+:current-default-/u);
  });
});

describe("toReconcileEnvironment", () => {
  it("tells what is to be built, as builds by the schedule have it, and launch-runner to wait for it", () => {
    const { TORNADE_IMAGE_BUILDS: setting = "" } = readEnvironment("reconcile");
    const { project, repository, builds } = readImageBuilds(JSON.parse(setting));
    const { find } = synthesize();
    expect(project).toBe(find("AWS::CodeBuild::Project", /ImageBuild/u).id);
    expect(repository).toBe(find("AWS::ECR::Repository").id);
    const { properties } = find("AWS::Events::Rule", /ImageBuildSchedule/u);
    const inputs = readArray(properties["Targets"], "Targets").map((target): unknown =>
      JSON.parse(String(readObject(target, "target")["Input"])),
    );
    expect(builds.map(toBuildOverrides)).toEqual(inputs);

    const { fargate } = readLaunchRunnerSettings(readEnvironment("launchrunner"));
    const names = builds.map(({ name, architecture }) => ({ name, architecture }));
    expect(listBuiltImages(fargate.images)).toEqual(names);
  });

  it("has nothing to be built where all images are ready ones", () => {
    const config = { images: { default: { uri: "ghcr.io/acme/runner:1" } } };
    expect(readEnvironment("reconcile", config)).not.toHaveProperty("TORNADE_IMAGE_BUILDS");
    const { fargate } = readLaunchRunnerSettings(readEnvironment("launchrunner", config));
    expect(listBuiltImages(fargate.images)).toEqual([]);
  });

  it("has room for eight builds", () => {
    const build = "runner-image";
    const images = { default: { build }, node: { build }, rust: { build }, java: { build } };
    const env = readEnvironment("reconcile", { images });
    expect(JSON.stringify(env).length).toBeLessThan(4_000);
  });
});
