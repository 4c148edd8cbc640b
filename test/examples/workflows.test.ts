import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { readLabels } from "../../functions/core/labels.ts";
import { labelOptions } from "../core/label-options.ts";

const folder = "examples/workflows";

/** Every `runs-on:` of a workflow with what the examples write there: a text, a flow list or a block list. */
function findRunsOn(workflow: string): readonly string[] {
  const found = workflow.matchAll(/^ +runs-on:(?<value> .+|(?:\n +- .+)+)$/gmu);
  return [...found].map(({ groups }) => (groups?.["value"] ?? "").trim());
}

/** The labels that GitHub makes of it in one entry of the matrix. */
function toLabels(runsOn: string, arch: string): readonly string[] {
  const expressions = new Map([
    ["github.run_id", "17171717171"],
    ["strategy.job-index", "3"],
    ["matrix.arch", arch],
  ]);
  const text = runsOn.replaceAll(
    /\$\{\{ (.*?) \}\}/gu,
    (_, name: string) => expressions.get(name) ?? "/?/",
  );
  const items = text.startsWith("- ")
    ? text.slice(2).split(/\n +- /u)
    : text.replaceAll(/^\[|\]$/gu, "").split(", ");
  return items.map((item) => item.replaceAll('"', ""));
}

/** Where the jobs of a workflow run, in its order. */
function describeJobs(workflow: string, arch: string): readonly string[] {
  return findRunsOn(workflow).map((runsOn) => {
    const reading = readLabels(toLabels(runsOn, arch), labelOptions);
    if (reading.kind !== "launch") return JSON.stringify(reading);
    const { rungs, architecture, cpu, memory, disk, timeoutMinutes } = reading.spec;
    return [rungs.join("+"), architecture, cpu, memory, disk, timeoutMinutes].join(" ");
  });
}

const workflows: readonly (readonly [file: string, arch: string, jobs: readonly string[]])[] = [
  ["hello.yml", "X86_64", ["FARGATE X86_64 1 2 20 360"]],
  [
    "build-and-test.yml",
    "X86_64",
    [
      "FARGATE_SPOT+FARGATE ARM64 1 2 20 360",
      "FARGATE X86_64 2 4 20 360",
      "FARGATE_SPOT+FARGATE+CODEBUILD X86_64 4 8 60 360",
    ],
  ],
  ["docker.yml", "ARM64", ["CODEBUILD ARM64 1 2 20 45"]],
  ["deploy.yml", "X86_64", ["FARGATE X86_64 1 2 20 60"]],
];

describe("examples/workflows", () => {
  it("are all told here, with every job", () => {
    const files = readdirSync(folder).toSorted();
    expect(workflows.map(([file]) => file).toSorted()).toEqual(files);
    for (const [file, , jobs] of workflows) {
      const jobNames = readFileSync(`${folder}/${file}`, "utf8").match(/^ {4}steps:$/gmu);
      expect(jobNames).toHaveLength(jobs.length);
    }
  });

  it.each(workflows)("%s runs its jobs of %s where it says", (file, arch, jobs) => {
    expect(describeJobs(readFileSync(`${folder}/${file}`, "utf8"), arch)).toEqual(jobs);
  });

  it.each(["X86_64", "ARM64"])("have no matrix entry for %s that is refused", (arch) => {
    const texts = workflows.map(([file]) => readFileSync(`${folder}/${file}`, "utf8"));
    const inMatrix = texts.filter((text) => text.includes("arch: [X86_64, ARM64]"));
    expect(inMatrix).toHaveLength(2);
    for (const text of inMatrix) {
      expect(describeJobs(text, arch).join("\n")).toContain(` ${arch} `);
      expect(describeJobs(text, arch).join("\n")).not.toContain("refuse");
    }
  });
});
