import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toCodeBuildSize } from "../../functions/core/codebuild-size.ts";
import { toFargateSize } from "../../functions/core/fargate-size.ts";
import { toLabelKeys } from "../../functions/core/label-keys.ts";
import { readLabels, type LabelOptions, type RunnerSpec } from "../../functions/core/labels.ts";
import { architectures } from "../../functions/core/provider.ts";
import { labelOptions } from "../core/label-options.ts";

const page = readFileSync(new URL("../../docs/labels.md", import.meta.url), "utf8");

const options: LabelOptions = { ...labelOptions, images: ["default", "node"] };

const expressions = new Map([
  ["github.run_id", "17171717171"],
  ["strategy.job-index", "3"],
  ["matrix.arch", "ARM64"],
]);

const examples = [...page.matchAll(/```yaml\n# (?<says>.*)\nruns-on:(?<runsOn>[^`]*)```/gu)].map(
  ({ groups }) => ({ says: groups?.["says"] ?? "", runsOn: (groups?.["runsOn"] ?? "").trim() }),
);

/** The labels behind `runs-on:`, which the page writes as one string, a flow list or a block list. */
function toLabels(runsOn: string): readonly string[] {
  const text = runsOn.replaceAll(
    /\$\{\{ (.*?) \}\}/gu,
    (_, name: string) => expressions.get(name) ?? "?",
  );
  const items = text.startsWith("- ")
    ? text.slice(2).split(/\n\s*- /u)
    : text.replaceAll(/^\[|\]$/gu, "").split(", ");
  return items.map((item) => item.replaceAll('"', ""));
}

/** A reading in the words of the comments above the examples. */
function describeReading(labels: readonly string[]): string {
  const reading = readLabels(labels, options);
  return reading.kind === "launch" ? describeSpec(reading.spec) : reading.reason;
}

function describeSpec(spec: RunnerSpec): string {
  return [
    spec.rungs.join(", "),
    spec.architecture,
    `${spec.cpu} vCPU, ${spec.memory} GiB, ${spec.disk} GiB`,
    ...(spec.timeoutMinutes === 360 ? [] : [`${spec.timeoutMinutes} minutes`]),
    ...(spec.image === "default" ? [] : [`image ${spec.image}`]),
  ].join(" · ");
}

/** The cells of the rows of the table whose first header is `header`. */
function toRows(header: string): readonly (readonly string[])[] {
  const lines = page
    .slice(page.indexOf(`| ${header} `))
    .split("\n\n", 1)
    .join("")
    .split("\n");
  return lines.slice(2).map((line) => line.split("|").slice(1, -1).map(trim));
}

function trim(text: string): string {
  return text.trim();
}

function toCode(cell = ""): readonly string[] {
  return [...cell.matchAll(/`(?<code>[^`]*)`/gu)].map(({ groups }) => groups?.["code"] ?? "");
}

function toNumbers(text = ""): readonly number[] {
  return (text.match(/\d+(?:\.\d+)?/gu) ?? []).map(Number);
}

/** What a provider starts, in the words of the page. */
function describeStart(labels: readonly string[]): string {
  const reading = readLabels(["tornade", ...labels], options);
  if (reading.kind !== "launch") {
    return reading.reason;
  }
  if (reading.spec.rungs[0] === "CODEBUILD") {
    const size = toCodeBuildSize(reading.spec, reading.spec.architecture);
    return `CodeBuild: ${size?.cpu} vCPU, ${size?.memory} GiB, ${size?.disk} GiB`;
  }
  const size = toFargateSize(reading.spec);
  const [vcpus, gibibytes] = [size?.cpu, size?.memory].map((units = 0) => units / 1024);
  return `Fargate: ${vcpus} vCPU, ${gibibytes} GiB, ${size?.ephemeralStorage ?? 20} GiB`;
}

describe("docs/labels.md", () => {
  it("says above each example what it is read as", () => {
    expect(examples.length).toBe(page.split("```yaml").length - 1);
  });

  it.each(examples)("reads $runsOn as $says", ({ says, runsOn }) => {
    expect(describeReading(toLabels(runsOn))).toBe(says);
  });

  it("has every key in its table, in the order in which mistakes are told", () => {
    const keys = toRows("key").map(([key]) => toCode(key)[0]);

    expect(keys).toEqual(Object.values(toLabelKeys([])).map(({ name }) => `${name}=`));
  });

  it.each(toRows("key"))("tells values of %s that can be read, and its default", (...row) => {
    const [keys = [], values = [], standards = []] = row.map(toCode);
    const read = (value = "") => readLabels(["tornade", `${keys.join("")}${value}`], options);
    const kinds = values.filter((value) => value !== "+").map((value) => read(value).kind);

    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds).not.toContain("refuse");
    expect(read(standards[0])).toEqual(readLabels(["tornade"], options));
  });

  it.each(toRows("labels"))("starts for %s a %s", (labels, start) => {
    expect(describeStart(toCode(labels))).toBe(start);
  });

  it.each(toRows("vCPU"))("has Fargate sizes of %s vCPU with %s GiB", (cell, memories) => {
    const cpu = Number(cell);
    const said = toNumbers(memories);
    const [first = 0, last = 0, by = 0] = said;
    const stepped = memories?.includes(" to ") ?? false;
    const all = stepped
      ? Array.from({ length: (last - first) / by + 1 }, (_, index) => first + index * by)
      : said;
    const given = Array.from({ length: 2440 }, (_, tenths) =>
      toFargateSize({ cpu, memory: (tenths + 1) / 10, disk: 20 }),
    ).filter((size) => size?.cpu === cpu * 1024);

    expect([...new Set(given.map((size) => (size?.memory ?? 0) / 1024))]).toEqual(all);
  });

  it.each(toRows("compute type"))("has the CodeBuild size %s", (name, ...sizes) => {
    const given = sizes.map(toNumbers).map(([cpu = 0, memory = 0, disk = 0], index) => {
      const architecture = architectures[index] ?? "ARM64";
      return {
        asked: { cpu, memory, disk },
        size: toCodeBuildSize({ cpu, memory, disk }, architecture),
      };
    });

    expect(given.length).toBe(architectures.length);
    for (const { asked, size } of given) {
      expect(size).toMatchObject({ ...asked, computeType: toCode(name)[0] });
    }
  });

  it.each(toRows("mistake"))("tells that %s is refused with: %s", (labels, reason) => {
    expect(describeReading(["tornade", ...toCode(labels)])).toBe(reason);
  });

  it("tells how an image is refused that is not there for an architecture", () => {
    const reading = readLabels(["tornade", "image=node", "arch=ARM64"], {
      ...options,
      findEquipped: ({ architecture }) =>
        architecture === "X86_64" ? ["FARGATE", "FARGATE_SPOT"] : [],
    });
    expect(reading).toEqual({
      kind: "refuse",
      reason: /^image 'node' .*$/mu.exec(page)?.[0] ?? "nothing",
    });
  });

  it("is right about the labels that it says are refused or carried", () => {
    expect(readLabels(["tornade", "arh=ARM64"], options).kind).toBe("refuse");
    expect(readLabels(["tornade", "arch=x64", "arch=amd64"], options).kind).toBe("launch");
    const carried = ["stage=prod", "batch=3", "dist=jammy", "ci=1"];
    expect(carried.filter((label) => !page.includes(`\`${label}\``))).toEqual([]);
    expect(readLabels(["tornade", ...carried], options)).toEqual(readLabels(["tornade"], options));
  });
});
