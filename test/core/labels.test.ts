import { describe, expect, it } from "vitest";
import { isOurs, isStatic, readLabels, type LabelOptions } from "../../functions/core/labels.ts";
import { bothForms, labelOptions, launch } from "./label-options.ts";

function withDefaults(defaults: Partial<LabelOptions["defaults"]>): LabelOptions {
  return { ...labelOptions, defaults: { ...labelOptions.defaults, ...defaults } };
}

describe("isStatic", () => {
  it.each([
    [["type=static"], true],
    [["Type = STATIC", "arch=ARM64", "cpu=64", "stage=prod"], true],
    [["type=ephemeral"], false],
    [[], false],
    [["type=static", "cpu=lots"], false],
    [["type=static", "imgae=node"], false],
    [["type=static", "image=node"], false],
  ])("says of %j in either form: %s", (labels, expected) => {
    for (const form of bothForms(labels)) expect(isStatic(form, "tornade")).toBe(expected);
  });

  it("says so only where a reading does", () => {
    const labels = ["tornade", "type=static", "arch=ARM64"];
    expect(isStatic(labels, "tornade")).toBe(true);
    expect(readLabels(labels, labelOptions)).toEqual({ kind: "ignore", reason: "static" });
  });
});

describe("isOurs", () => {
  it.each([
    [["tornade"]],
    [["self-hosted", "TORNADE"]],
    [["linux", "Tornade", "arch=ARM64"]],
    [["tornade/12345/arch=ARM64"]],
    [["x", "TorNaDe/"]],
  ])("takes %j", (labels) => {
    expect(isOurs(labels, "tornade")).toBe(true);
    expect(isOurs(labels, "Tornade")).toBe(true);
  });

  it.each([
    [[]],
    [[""]],
    [["self-hosted"]],
    [["tornade2"]],
    [["tornade-x"]],
    [["12345/tornade"]],
    [["my=tornade"]],
    [["runs-on=FARGATE"]],
  ])("leaves %j alone", (labels) => {
    expect(isOurs(labels, "tornade")).toBe(false);
    expect(readLabels(labels, labelOptions)).toEqual({ kind: "ignore", reason: "not-ours" });
  });
});

describe("readLabels", () => {
  it.each([
    ["runs-on=FARGATE", { rungs: ["FARGATE"] }],
    ["runs-on=FARGATE_SPOT", { rungs: ["FARGATE_SPOT", "FARGATE"] }],
    ["runs-on=CODEBUILD", { rungs: ["CODEBUILD"] }],
    ["runs-on=codebuild", { rungs: ["CODEBUILD"] }],
    ["runs-on=FARGATE_SPOT+FARGATE+CODEBUILD", { rungs: ["FARGATE_SPOT", "FARGATE", "CODEBUILD"] }],
    ["runs-on=FARGATE_SPOT+CODEBUILD", { rungs: ["FARGATE_SPOT", "CODEBUILD"] }],
    ["runs-on=CODEBUILD+FARGATE", { rungs: ["CODEBUILD", "FARGATE"] }],
    ["runs-on=FARGATE+CODEBUILD+FARGATE", { rungs: ["FARGATE", "CODEBUILD"] }],
    ["runs-on=FARGATE_SPOT+FARGATE_SPOT", { rungs: ["FARGATE_SPOT", "FARGATE"] }],
    ["runs-on=FARGATE + CODEBUILD", { rungs: ["FARGATE", "CODEBUILD"] }],
    ["arch=X86_64", { architecture: "X86_64" }],
    ["arch=x64", { architecture: "X86_64" }],
    ["arch=amd64", { architecture: "X86_64" }],
    ["arch=ARM64", { architecture: "ARM64" }],
    ["arch=aarch64", { architecture: "ARM64" }],
    ["cpu=4", { cpu: 4 }],
    ["cpu=0.5", { cpu: 0.5 }],
    ["cpu=2vCPU", { cpu: 2 }],
    ["memory=4", { memory: 4 }],
    ["memory=4g", { memory: 4 }],
    ["memory=4GB", { memory: 4 }],
    ["memory=4Gi", { memory: 4 }],
    ["memory=4 GiB", { memory: 4 }],
    ["memory=4096m", { memory: 4 }],
    ["memory=512MiB", { memory: 0.5 }],
    ["disk=50", { disk: 50 }],
    ["disk=50gb", { disk: 50 }],
    ["image=node", { image: "node" }],
    ["image=rust-1.90", { image: "Rust-1.90" }],
    ["image=DEFAULT", { image: "default" }],
    ["timeout=30m", { timeoutMinutes: 30 }],
    ["timeout=90min", { timeoutMinutes: 90 }],
    ["timeout=2h", { timeoutMinutes: 120 }],
    ["timeout=1.5h", { timeoutMinutes: 90 }],
    ["timeout=5m", { timeoutMinutes: 5 }],
    ["timeout=24H", { timeoutMinutes: 1440 }],
    ["type=ephemeral", {}],
    [" ARCH = arm64 ", { architecture: "ARM64" }],
  ] as const)("reads %s in both forms", (label, overrides) => {
    for (const labels of bothForms([label])) {
      expect(readLabels(labels, labelOptions)).toEqual(launch(overrides));
    }
  });

  it.each([
    ["stage=prod"],
    ["batch=3"],
    ["dist=jammy"],
    ["ci=1"],
    ["time=30m"],
    ["job=build-3"],
    ["runson=FARGET"],
    ["arh=mips"],
    ["cpus=many"],
    ["=5"],
    ["="],
    ["runs-on"],
    ["runs-on:FARGET"],
    ["self-hosted"],
    ["17171717"],
    [""],
    ["ram=4"],
    ["mem=x"],
    ["constructor=1"],
    ["__proto__=1"],
  ])("carries %j silently in both forms", (label) => {
    for (const labels of bothForms([label])) {
      expect(readLabels(labels, labelOptions)).toEqual(launch());
    }
  });

  it("keeps the slashes of a label that does not begin with the launch label", () => {
    expect(readLabels(["tornade", "path/runs-on=FARGET"], labelOptions)).toEqual(launch());
  });

  it("reads composite labels and array labels together", () => {
    const labels = ["tornade/1/arch=ARM64", "cpu=2", "TORNADE/memory=4", "self-hosted", "tornade"];

    expect(readLabels(labels, labelOptions)).toEqual(
      launch({ architecture: "ARM64", cpu: 2, memory: 4 }),
    );
  });

  it.each([
    [["arch=x64", "ARCH=amd64"], launch()],
    [["memory=4", "memory=4gb", "memory=4096m"], launch({ memory: 4 })],
    [["cpu=2", "cpu=2.0"], launch({ cpu: 2 })],
    [["timeout=2h", "timeout=120m"], launch({ timeoutMinutes: 120 })],
    [
      ["runs-on=FARGATE_SPOT", "runs-on=FARGATE_SPOT+FARGATE"],
      launch({ rungs: ["FARGATE_SPOT", "FARGATE"] }),
    ],
  ])("takes the same value said twice in %j", (labels, reading) => {
    expect(readLabels(["tornade", ...labels], labelOptions)).toEqual(reading);
  });

  it("takes what labels do not say from the operator's defaults", () => {
    const options = withDefaults({ runsOn: ["FARGATE_SPOT"], memory: 8, image: "node" });

    expect(readLabels(["tornade"], options)).toEqual(
      launch({ rungs: ["FARGATE_SPOT", "FARGATE"], memory: 8, image: "node" }),
    );
  });

  it("knows the default image even where the image table is empty", () => {
    const options = { ...labelOptions, images: [] };

    expect(readLabels(["tornade", "image=default"], options)).toEqual(launch());
  });

  it("launches nothing for a static runner", () => {
    for (const labels of bothForms(["type=STATIC", "cpu=999"])) {
      expect(readLabels(labels, labelOptions)).toEqual({ kind: "ignore", reason: "static" });
    }
  });

  it("leaves out the rungs that can never give the size", () => {
    const labels = ["tornade", "runs-on=FARGATE_SPOT+FARGATE+CODEBUILD", "disk=300"];

    expect(readLabels(labels, labelOptions)).toEqual(launch({ rungs: ["CODEBUILD"], disk: 300 }));
  });

  it.each([
    ["FARGATE", "X86_64", "cpu=32 memory=244 disk=200"],
    ["FARGATE_SPOT+FARGATE", "ARM64", "cpu=32 memory=244 disk=200"],
    ["CODEBUILD", "X86_64", "cpu=72 memory=144 disk=824"],
    ["CODEBUILD", "ARM64", "cpu=48 memory=96 disk=824"],
  ])("reads the largest size of %s on %s", (runsOn, arch, size) => {
    const labels = ["tornade", `runs-on=${runsOn}`, `arch=${arch}`, ...size.split(" ")];

    expect(readLabels(labels, labelOptions)).toMatchObject({ kind: "launch" });
  });
});
