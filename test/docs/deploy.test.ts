import { existsSync, globSync, readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

import { describe, expect, it } from "vitest";

import { ledgerTable } from "../../functions/adapters/ledger-table.ts";
import { jobItemId } from "../../functions/core/ledger.ts";
import { readObject } from "../../functions/core/read-json.ts";
import { configDefaults } from "../../lib/config-defaults.ts";
import { toSecrets } from "../../lib/config-names.ts";
import { checkOptions } from "../../lib/config-options.ts";
import { readCommand } from "../../local/command-line.ts";
import { leastConfig, synthesize } from "../lib/synthesize.ts";

const docs = `file://${process.cwd()}/docs/`;
const page = readFileSync("docs/deploy.md", "utf8");
const code = [...page.matchAll(/`([^`\n]+)`/gu)].map(([, text = ""]) => text);

function readSection(heading: string): string {
  const text = page.slice(page.indexOf(`\n${heading}\n`) + 1);
  return text.slice(0, text.search(/\n## |$(?![^])/u));
}

function readBlocks(language: string): readonly string[] {
  const blocks = page.matchAll(new RegExp(`\`\`\`${language}\n([^\`]*)\`\`\``, "gu"));
  return [...blocks].map(([, text = ""]) => text);
}

/** The cells of a table's rows behind its headings. */
function readRows(section: string): readonly (readonly string[])[] {
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function readSources(pattern: string): string {
  return globSync(pattern)
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
}

describe("docs/deploy.md", () => {
  it("has no more than eight steps, counted from one", () => {
    const steps = [...page.matchAll(/^### (\d+)\. /gmu)].map(([, number]) => Number(number));
    expect(steps).toEqual(steps.map((_, index) => index + 1));
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.length).toBeLessThanOrEqual(8);
  });

  it("has the role made that ECS needs before the first cluster of an account", () => {
    expect(synthesize().ofType("AWS::ECS::Cluster")).toHaveLength(1);
    expect(readBlocks("sh").slice(0, 2).join("")).toContain(
      "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com\n",
    );
  });

  it("names the parameters as the stack does", () => {
    const { store: _, kmsKeyArn: __, ...names } = toSecrets(leastConfig);
    const { previousWebhookSecret, ...needed } = names;
    const told = page.match(/(?<=--names? )\/[^\n]*?(?= --|\n|`)/gu) ?? [];

    expect(new Set(told.flatMap((text) => text.split(" ")))).toEqual(
      new Set(Object.values(needed)),
    );
    // The page on rotating tells of the fourth.
    expect(readFileSync("docs/settings.md", "utf8")).toContain(previousWebhookSecret);
  });

  it("asks for the permissions that the functions ask for", () => {
    const asked = readSources("functions/adapters/*.ts").matchAll(
      /\{ ([a-z_]+): "(read|write)" \}/gu,
    );
    const permissions = new Set([...asked].map(([, name, access]) => `\`${name}: ${access}\``));
    const told = readRows(readSection("## What the App may do")).map(([permission]) => permission);

    expect(new Set(told)).toEqual(permissions);
  });

  it("has a link that asks for what is always needed, and for nothing else", () => {
    const link = /https:\/\/github\.com\/organizations\/\S+/u.exec(page)?.[0] ?? "";
    const parameters = new URL(link.replace(/"$/u, "")).searchParams;
    const always = readRows(readSection("## What the App may do"))
      .filter(([, , , needed]) => needed?.startsWith("always"))
      .map(([permission = ""]) => permission.replaceAll("`", "").split(": "));
    const rest = new Map(parameters);
    for (const name of ["name", "url", "webhook_url"]) expect(rest.delete(name)).toBe(true);

    expect(Object.fromEntries(rest)).toEqual({
      public: "false",
      webhook_active: "true",
      "events[]": "workflow_job",
      ...Object.fromEntries(always.map(([name = "", access = ""]) => [name, access])),
    });
  });

  it.each(readBlocks("ts").filter((block) => /^\w+: /u.test(block)))(
    "has options that the config takes: %s",
    (block) => {
      const given: unknown = runInNewContext(`({${block}})`);
      const config = { ...leastConfig, ...readObject(given, "block") };
      // Of another realm, whose lists are none here.
      expect(checkOptions(JSON.parse(JSON.stringify(config)), "")).toEqual([]);
    },
  );

  it("warns of an account in which launch-runner could take all that Lambda has", () => {
    const quotas = readSection("## Quotas to raise");
    const lambda = readRows(quotas).find(([, quota]) => quota === "`L-B99A9384`") ?? [];
    const [, advised] = /\nmaximumConcurrency: (\d+),\n/u.exec(quotas) ?? [];
    expect(Number(lambda[2])).toBe(configDefaults.maximumConcurrency);
    expect(Number(advised)).toBeLessThan(configDefaults.maximumConcurrency);
  });

  it("mentions no option that there is not", () => {
    const sources = readFileSync("lib/config.ts", "utf8") + readFileSync("lib/tornade.ts", "utf8");
    const options = new Set([...sources.matchAll(/readonly (\w+)\??:/gu)].map(([, name]) => name));
    const told = code.flatMap((text) => /^([a-z]+[A-Z]\w*)(?:: .*)?$/u.exec(text)?.[1] ?? []);

    expect(new Set(told).size).toBeGreaterThan(8);
    expect(told.filter((name) => !options.has(name))).toEqual([]);
  });

  it("is linked from a README whose links all lead somewhere", () => {
    const readme = readFileSync("README.md", "utf8");
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/gu)].map(([, path = ""]) => path);
    expect(links).toContain("docs/deploy.md");
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("mentions outputs, files and commands that there are", () => {
    const outputs = readObject(synthesize().template["Outputs"], "Outputs");
    const named = [...page.matchAll(/OutputKey=='(\w+)'/gu)].map(([, name = ""]) => name);
    const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)/gu)].map(([, path = ""]) => path);
    const scripts = [...page.matchAll(/npm run (\w+)/gu)].map(([, name = ""]) => name);
    const { scripts: known } = readObject(JSON.parse(readFileSync("package.json", "utf8")), "npm");

    expect(named).toEqual(["WebhookUrl"]);
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining([...named, "LedgerTable"]));
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((path) => !existsSync(new URL(path, docs)))).toEqual([]);
    for (const name of scripts) expect(readObject(known, "scripts")).toHaveProperty(name);
  });

  it("has a command line for redrive that is understood", () => {
    const line = /npx tornade (redrive --queue … --dead-letter-queue …)/u.exec(page)?.[1] ?? "";
    const sqs = "https://sqs.eu-west-1.amazonaws.com/123456789012";
    const words = line.replace("…", `${sqs}/jobs`).replace("…", `${sqs}/dead`).split(" ");

    expect(readCommand([...words, "--dry-run"])).toMatchObject({ name: "redrive", dryRun: true });
  });

  it("knows the row of a job in the ledger", () => {
    const id = jobItemId("1-2").replace("1", "JOB").replace("2", "ATTEMPT");
    expect(page).toContain(`'{"${ledgerTable.key}":{"S":"${id}"}}'`);
    expect(page).toContain(`--query Item.${ledgerTable.body}.S`);
  });

  it("quotes what functions, constructs and hooks say as they say it", () => {
    const places = ["functions/**/*.ts", "lib/*.ts", "runner-image/hooks/*.sh"];
    const sources = places.map(readSources).join("\n");
    const seen = readRows(readSection("## When something is wrong")).map(([cell = ""]) => cell);
    const quoted = seen.flatMap((cell) => cell.match(/(?<=`)[^`]{10,}(?=`)/gu) ?? []);

    expect(quoted.length).toBeGreaterThan(6);
    expect(quoted.filter((text) => !sources.includes(text))).toEqual([]);
  });
});
