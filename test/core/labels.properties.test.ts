import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLabels, type LabelReading } from "../../functions/core/labels.ts";
import { largestSizes } from "../../functions/core/largest-size.ts";
import { labelOptions } from "./label-options.ts";

const keys = ["runs-on", "arch", "cpu", "memory", "disk", "image", "timeout", "type"];
const misspelled = ["runson", "arh", "cpus", "memroy", "disc", "imgae", "timeuot", "tpye"];
const values = [
  ["FARGATE", "FARGATE_SPOT", "CODEBUILD", "FARGATE_SPOT+CODEBUILD", "FARGET"],
  ["x64", "ARM64", "mips", "1", "4", "0.5", "64", "300", "900", "4g", "512m", "lots", ""],
  ["default", "node", "nodejs", "30m", "2h", "90", "ephemeral", "static"],
].flat();

const foreignLabel = fc.oneof(
  fc.constantFrom(
    "self-hosted",
    "stage=prod",
    "batch=3",
    "dist=jammy",
    "ci=1",
    "time=2h",
    "os=x64",
  ),
  fc.nat().map(String),
  fc.string().map((text) => `job=${text.replaceAll("/", "")}`),
  fc.string().map((text) => text.replaceAll(/[=/]/gu, "")),
);
const ownLabel = fc
  .tuple(fc.constantFrom(...keys, ...misspelled), fc.constantFrom(...values))
  .map(([key, value]) => `${key}=${value}`);
const badLabel = fc
  .tuple(fc.constantFrom(...keys), fc.string({ unit: "binary", maxLength: 300 }))
  .map(([key, value]) => `${key}=?${value}`);
const ownLabels = fc.array(fc.oneof(ownLabel, foreignLabel), { maxLength: 8 });
const anyLabel = fc.oneof(ownLabel, badLabel, foreignLabel, fc.string({ unit: "binary" }));

function toUpperCase(label: string): string {
  return label.replaceAll(/[a-z]/gu, (letter) => letter.toUpperCase());
}

function read(labels: readonly string[]): LabelReading {
  return readLabels(labels, labelOptions);
}

/** What a reading says apart from the spelling of the labels that it names. */
function blind(reading: LabelReading): unknown {
  return reading.kind === "refuse" ? reading.reason.toLowerCase() : reading;
}

describe("readLabels", () => {
  it("reads whatever GitHub may send without throwing", () => {
    fc.assert(
      fc.property(fc.array(anyLabel), (labels) => {
        const reading = read([...labels, "tornade"]);
        expect(["launch", "refuse", "ignore"]).toContain(reading.kind);
        expect(reading).not.toMatchObject({ reason: "not-ours" });
        expect(read(labels)).toBeTypeOf("object");
      }),
    );
  });

  it("is blind to the order of the labels", () => {
    const shuffled = fc
      .array(anyLabel, { maxLength: 8 })
      .chain((labels) =>
        fc.tuple(
          fc.constant(labels),
          fc.shuffledSubarray(labels, { minLength: labels.length, maxLength: labels.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([labels, others]) => {
        expect(read(["tornade", ...labels])).toEqual(read([...others, "tornade"]));
      }),
    );
  });

  it("is blind to the case of the labels", () => {
    fc.assert(
      fc.property(ownLabels, (labels) => {
        const upper = ["tornade", ...labels].map(toUpperCase);
        expect(blind(read(upper))).toEqual(blind(read(["tornade", ...labels])));
      }),
    );
  });

  it("reads the composite form as the array form, and any mix of the two", () => {
    fc.assert(
      fc.property(ownLabels, ownLabels, ownLabels, (first, second, third) => {
        const reading = read(["tornade", ...first, ...second, ...third]);
        const composites = [first, second].map((labels) => ["Tornade", ...labels].join("/"));
        expect(read([["tornade", ...first, ...second, ...third].join("/")])).toEqual(reading);
        expect(read([...third, ...composites])).toEqual(reading);
      }),
    );
  });

  it("is not changed by a label that is not one of ours", () => {
    fc.assert(
      fc.property(ownLabels, foreignLabel, (labels, foreign) => {
        expect(read(["tornade", ...labels, foreign])).toEqual(read(["tornade", ...labels]));
      }),
    );
  });

  it("refuses in one short harmless line that names a label and a way out", () => {
    const refused = fc
      .tuple(fc.array(anyLabel, { maxLength: 8 }), badLabel)
      .map(([labels, bad]) => labels.concat("tornade", bad));
    fc.assert(
      fc.property(refused, (labels) => {
        const reading = read(labels);
        const reason = reading.kind === "refuse" ? reading.reason : "";
        expect(reason).toMatch(/^labels? '.+; use ./u);
        expect(reason).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}%]|::|##\[|\.$/u);
        expect(reason.length).toBeLessThanOrEqual(300);
      }),
    );
  });

  it("names a label as its author wrote it", () => {
    fc.assert(
      fc.property(ownLabels, (labels) => {
        const reading = read(["tornade", ...labels]);
        const reason = reading.kind === "refuse" ? reading.reason : "";
        const named = labels.filter((label) => reason.includes(`'${label}'`));
        expect(named.length > 0).toBe(reading.kind === "refuse");
        expect(reason.length).toBeLessThanOrEqual(300);
      }),
    );
  });

  it("launches only on rungs that can give what was asked for, each once", () => {
    fc.assert(
      fc.property(ownLabels, (labels) => {
        const reading = read(["tornade", ...labels]);
        fc.pre(reading.kind === "launch");
        const { rungs, architecture, cpu, memory, disk } = reading.spec;
        expect(rungs.length).toBeGreaterThan(0);
        expect(new Set(rungs).size).toBe(rungs.length);
        for (const rung of rungs) {
          const largest = largestSizes[rung][architecture];
          expect(largest.cpu).toBeGreaterThanOrEqual(cpu);
          expect(largest.memory).toBeGreaterThanOrEqual(memory);
          expect(largest.disk).toBeGreaterThanOrEqual(disk);
        }
      }),
    );
  });
});
