import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { compactJitConfig } from "../../functions/adapters/compact-jit-config.ts";
import { readDispatchSettings } from "../../functions/adapters/dispatch-settings.ts";
import { readImageBuilds, toBuildOverrides } from "../../functions/adapters/image-builds.ts";
import { readLabelDefaults } from "../../functions/adapters/label-defaults.ts";
import { ledgerTable } from "../../functions/adapters/ledger-table.ts";
import { decodeImageTable } from "../../functions/adapters/image-table.ts";
import { settingNames } from "../../functions/adapters/settings.ts";
import type { Environment } from "../../functions/adapters/surroundings.ts";
import { type JsonObject, readArray, readObject } from "../../functions/core/read-json.ts";
import { runnerEnvironment } from "../../functions/core/runner-environment.ts";
import { stateChangeFields } from "../../functions/core/state-change.ts";
import { readSettings as readLaunchRunnerSettings } from "../../functions/launch-runner/settings.ts";
import { readSettings as readWebhookSettings } from "../../functions/receive-webhook/settings.ts";
import { createReconcile } from "../../functions/reconcile/reconcile.ts";
import { jobItem } from "../core/builders.ts";
import { findStatements } from "../lib/policies.ts";
import { synthesize } from "../lib/synthesize.ts";
import { dispatchEnv } from "../support/dispatch-env.ts";
import { createFakeAws } from "../support/fake-aws.ts";
import { createJitConfig } from "../support/launch-request.ts";
import { webhookEnv } from "../support/receive-webhook.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

const page = readFileSync(new URL("../../docs/settings.md", import.meta.url), "utf8");
const sections = page.split(/^## /mu).slice(1);
const env: Environment = { ...dispatchEnv, ...webhookEnv };

/** The text of all sections about a function: those that have its name in their headings. */
function readSections(name: string): string {
  return sections.filter((section) => section.split("\n")[0]?.includes(name)).join("\n");
}

/** The variables that the tables of a text explain, with their defaults. */
function readTable(text: string): ReadonlyMap<string, string> {
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\|[^|]*\| ([^|]*?) +\|/gmu)];
  return new Map(rows.map(([, name = "", fallback = ""]) => [name, fallback]));
}

/** The blocks of a language behind a heading. */
function readBlock(heading: string, language: string): string {
  const text = page.slice(page.indexOf(`${heading}\n`));
  return new RegExp(`\`\`\`${language}\n([^\`]*?)\`\`\``, "u").exec(text)?.[1] ?? "";
}

function readJsonBlock(heading: string): JsonObject {
  return readObject(JSON.parse(readBlock(heading, "json")), heading);
}

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const role = "arn:aws:iam::123456789012:role/acme-deploy";
const withRole = synthesize({ repositoryRoles: { "acme/deploy": role } });

/** Which of tornade's variables are looked at while `read` reads. */
async function watch(read: (watched: Environment) => unknown): Promise<readonly string[]> {
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
  return [...seen];
}

const readers: readonly (readonly [string, (watched: Environment) => unknown])[] = [
  ["receive-webhook", readWebhookSettings],
  ["launch-runner", readLaunchRunnerSettings],
  ["follow-runner", readDispatchSettings],
  [
    "reconcile",
    async (watched) =>
      createReconcile({ ...createTestSurroundings(createFakeAws().answer), env: watched }),
  ],
];

describe("docs/settings.md", () => {
  it.each(readers)("explains every variable of %s, and no other", async (name, read) => {
    const names = await watch(read);
    const explained = [...readTable(readSections(name)).keys()];
    // What the two share has a section of its own, which names the one variable that is not shared.
    expect(new Set(explained)).toEqual(new Set(names));
  });

  it("explains every variable there is", async () => {
    const read = await Promise.all(readers.map(async ([, reader]) => watch(reader)));
    expect(new Set(read.flat())).toEqual(new Set(Object.values(settingNames)));
    for (const name of Object.values(settingNames)) expect(page).toContain(`| \`${name}\``);
  });

  it("says rightly which variables of launch-runner are required", () => {
    const table = readTable(readSections("launch-runner"));
    const required = [...table.keys()].filter((name) => {
      try {
        return readLaunchRunnerSettings({ ...env, [name]: undefined }) === undefined;
      } catch {
        return true;
      }
    });
    expect([...table].flatMap(([name, said]) => (said === "required" ? [name] : []))).toEqual(
      required,
    );
    expect(required.length).toBeGreaterThan(8);
  });

  it("has an image table and a roles table that can be read", () => {
    const images = readBlock("### The image table", "json");
    const settings = readDispatchSettings({
      ...env,
      TORNADE_IMAGES: images,
      TORNADE_REPOSITORY_ROLES: readBlock("### The roles table", "json"),
    });
    expect([...decodeImageTable(JSON.parse(images)).keys()]).toEqual(["default", "rust"]);
    expect([...settings.fargate.roles.keys()]).toEqual(["acme/deploy"]);
  });

  it("says whom a role of the roles table has to trust: whatever launch-runner passes it to", () => {
    const { Statement: trust } = readJsonBlock("#### Whom such a role trusts");
    const [statement] = readArray(trust, "Statement").map((one) => readObject(one, "statement"));
    const { Principal: principal, Condition: condition } = statement ?? {};
    const trusted = readArray(readObject(principal, "Principal")["Service"], "Service");
    const text = JSON.stringify(withRole.ofType("AWS::IAM::Policy"));
    const passedTo = [...text.matchAll(/"iam:PassedToService":"([a-z.-]+)"/gu)];
    expect(new Set(trusted)).toEqual(new Set(passedTo.map(([, service]) => service)));
    expect(readObject(condition, "Condition")).toMatchObject({
      StringEquals: { "aws:SourceAccount": role.split(":")[4] },
      ArnLike: { "aws:SourceArn": [/:ecs:/u, /:codebuild:.*:project\//u].map(matching) },
    });
  });

  it("says what such a role needs on CodeBuild: all that the project's own has, and no more", () => {
    const policy = { Properties: { PolicyDocument: readJsonBlock("#### What it may do") } };
    const told = findStatements("it", {
      it: { Type: "AWS::IAM::Role", Properties: { Policies: [policy.Properties] } },
    });
    const { id } = withRole.find("AWS::IAM::Role", /RunnersCodeBuildRole/u);
    const own = findStatements(id, withRole.resources);
    expect(told.map(({ actions }) => actions)).toEqual(own.map(({ actions }) => actions));
    expect(told.map(({ resources }) => resources[0]?.split(":")[2])).toEqual(
      own.map(({ resources }) => resources[0]?.split(":")[2]),
    );
  });

  it("has an example of images to be built that can be read", () => {
    const { builds } = readImageBuilds(JSON.parse(readBlock("### Images that are built", "json")));
    expect(builds).toMatchObject([{ name: "default", architecture: "ARM64" }]);
    const text = page.slice(page.indexOf("### Images that are built"));
    for (const build of builds) {
      for (const { name } of toBuildOverrides(build).environmentVariablesOverride) {
        expect(text).toContain(`\`${name}\``);
      }
    }
  });

  it("tells the defaults as they are", () => {
    const table = page.slice(page.indexOf("### The defaults"), page.indexOf("## launch-runner\n"));
    const rows = [...table.matchAll(/^\| `([a-z-]+)` .*\| `([^`]+)` +\|$/gmu)];
    const told = Object.fromEntries(rows.map(([, key = "", value = ""]) => [key, value]));
    expect(Object.keys(told)).toHaveLength(7);
    expect(readLabelDefaults(told)).toEqual(readLabelDefaults({}));
  });

  it("tells the shape of the ledger's table", () => {
    const text = page.slice(page.indexOf("### The ledger's table"));
    const { key, version, body, expiry, wakeIndex, wakeShard, wakeAt } = ledgerTable;
    for (const name of [key, version, body, expiry, wakeIndex, wakeShard, wakeAt]) {
      expect(text).toContain(`\`${name}\``);
    }
  });

  it("tells what the rules of EventBridge pass on", () => {
    expect(JSON.parse(readBlock("## follow-runner", "json"))).toEqual(stateChangeFields);
  });

  it("explains every variable of a runner", () => {
    const text = page.slice(page.indexOf("### What a runner gets"));
    const variables = runnerEnvironment(jobItem({ refusal: "no" }), {
      runnerName: "x",
      idleSeconds: 1,
      forks: "refuse",
      policy: { publicRepositories: "refuse" },
      repositoryRoles: new Map(),
    });
    expect(Object.keys(variables)[0]).toBe("RUNNER_NAME");
    for (const name of [...Object.keys(variables), "TORNADE_JIT_CONFIG"]) {
      expect(text).toContain(`\`${name}\``);
    }
  });

  it.each([
    ["files:", createJitConfig()],
    ["gzip:", Buffer.from("{ } ".repeat(99)).toString("base64")],
    ["raw:", "not a JIT config"],
  ])("has lines of shell that expand what begins with %s", (prefix, jitConfig) => {
    const script = readBlock("### What a runner gets", "sh");
    const compact = compactJitConfig(jitConfig);
    expect(compact.startsWith(prefix)).toBe(true);
    const shellEnv = { PATH: "/usr/bin:/bin", TORNADE_JIT_CONFIG: compact };
    const expanded = execFileSync("/bin/sh", ["-c", script], { env: shellEnv, encoding: "utf8" });
    expect(expanded).toBe(jitConfig);
  });
});
