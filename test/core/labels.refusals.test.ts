import { describe, expect, it } from "vitest";
import { readLabels } from "../../functions/core/labels.ts";
import { bothForms, labelOptions } from "./label-options.ts";

const providers = "FARGATE, FARGATE_SPOT or CODEBUILD";
const time = "minutes or hours from 5m to 24h, like 90m or 2h";
const vcpus = "a number of vCPU, like cpu=2 or cpu=0.5";
const memory = "GiB, like memory=4 or memory=512m";

describe("readLabels", () => {
  it.each([
    ["runs-on=FARGET", providers],
    ["Runs-On=farget", providers],
    ["runs-on=", providers],
    ["runs-on=FARGATE,CODEBUILD", `${providers}, or several joined with +`],
    ["runs-on=FARGATE+FARGET", `${providers}, or several joined with +`],
    ["runs-on=FARGATE+", `${providers}, or several joined with +`],
    ["arch=arm", "X86_64 or ARM64"],
    ["cpu=", vcpus],
    ["cpu=lots", vcpus],
    ["cpu=0", vcpus],
    ["cpu=-1", vcpus],
    ["cpu=1,5", vcpus],
    ["cpu=.5", vcpus],
    ["cpu=1e3", vcpus],
    ["cpu=1=1", vcpus],
    ["cpu=2g", vcpus],
    ["cpu=1234567", vcpus],
    ["memory=4k", memory],
    ["memory=g", memory],
    ["memory=4 4g", memory],
    ["disk=0", "GiB, like disk=50"],
    ["disk=1t", "GiB, like disk=50"],
    ["image=nodejs", "default, node or Rust-1.90"],
    ["image=ghcr.io:x", "default, node or Rust-1.90"],
    ["image=", "default, node or Rust-1.90"],
    ["timeout=90", time],
    ["timeout=90s", time],
    ["timeout=4m", time],
    ["timeout=25h", time],
    ["timeout=1441m", time],
    ["timeout=", time],
    ["type=permanent", "ephemeral or static"],
  ])("refuses the value of %s in both forms", (label, advice) => {
    for (const labels of bothForms([label])) {
      expect(readLabels(labels, labelOptions)).toEqual({
        kind: "refuse",
        reason: `label '${label}' is unknown; use ${advice}`,
      });
    }
  });

  it.each([
    ["runson=FARGATE", "runs-on=FARGATE"],
    ["run-on=fargate", "runs-on=fargate"],
    ["runs_on=CODEBUILD+FARGATE", "runs-on=CODEBUILD+FARGATE"],
    ["run=FARGATE", undefined],
    ["urns-no=FARGATE", "runs-on=FARGATE"],
    ["arh=ARM64", "arch=ARM64"],
    ["acrh=ARM64", "arch=ARM64"],
    ["rach=x64", "arch=x64"],
    ["ahr=x64", undefined],
    ["cpus=4", "cpu=4"],
    ["gpu=1", "cpu=1"],
    ["Memroy=4g", "memory=4g"],
    ["memo=4", "memory=4"],
    ["mem=4", undefined],
    ["disc=50", "disk=50"],
    ["img=node", undefined],
    ["images=node", "image=node"],
    ["time-out=2h", "timeout=2h"],
    ["timout = 2h", "timeout= 2h"],
    ["typ=static", "type=static"],
  ])("reads the misspelled %s as meant to be %s", (label, meant) => {
    const reason = `label '${label}' is unknown; use '${meant}' or, if it is your own label, another name`;
    for (const labels of bothForms([label])) {
      const reading = readLabels(labels, labelOptions);
      expect(reading).toMatchObject(
        meant === undefined ? { kind: "launch" } : { kind: "refuse", reason },
      );
    }
  });

  it.each([
    [["runs-on=FARGATE", "runs-on=CODEBUILD"], ["CODEBUILD", "FARGATE"], "runs-on"],
    [["arch=x64", "arch=arm64", "arch=amd64"], ["x64", "arm64"], "arch"],
    [["cpu=2", "cpu=4"], ["2", "4"], "cpu"],
    [["timeout=1h", "timeout=61m"], ["1h", "61m"], "timeout"],
    [["type=static", "type=ephemeral"], ["ephemeral", "static"], "type"],
  ])("refuses two values in %j", (labels, [first, second], key) => {
    for (const form of bothForms(labels)) {
      expect(readLabels(form, labelOptions)).toEqual({
        kind: "refuse",
        reason: `labels '${key}=${first}' and '${key}=${second}' give ${key} two values; use one of them`,
      });
    }
  });

  it.each([
    [
      ["cpu=64"],
      "label 'cpu=64' fits no size of FARGATE; use at most cpu=32 memory=244 disk=200 (FARGATE X86_64) or runs-on=CODEBUILD",
    ],
    [
      ["cpu=64", "arch=ARM64"],
      "label 'cpu=64' fits no size of FARGATE; use at most cpu=32 memory=244 disk=200 (FARGATE ARM64)",
    ],
    [
      ["memory=200", "cpu=1", "runs-on=CODEBUILD"],
      "label 'memory=200' fits no size of CODEBUILD; use at most cpu=72 memory=144 disk=824 (CODEBUILD X86_64), runs-on=FARGATE or runs-on=FARGATE_SPOT",
    ],
    [
      ["disk=900", "memory=300", "cpu=80", "runs-on=FARGATE_SPOT+FARGATE+CODEBUILD"],
      "labels 'cpu=80', 'memory=300' and 'disk=900' fit no size of FARGATE_SPOT, FARGATE or CODEBUILD; use at most cpu=32 memory=244 disk=200 (FARGATE_SPOT, FARGATE X86_64) or at most cpu=72 memory=144 disk=824 (CODEBUILD X86_64)",
    ],
    [
      ["cpu=40", "memory=200", "runs-on=FARGATE+CODEBUILD"],
      "labels 'cpu=40' and 'memory=200' fit no size of FARGATE or CODEBUILD; use at most cpu=32 memory=244 disk=200 (FARGATE X86_64) or at most cpu=72 memory=144 disk=824 (CODEBUILD X86_64)",
    ],
  ])("refuses the size in %j", (labels, reason) => {
    for (const form of bothForms(labels)) {
      expect(readLabels(form, labelOptions)).toEqual({ kind: "refuse", reason });
    }
  });

  it.each([
    [
      ["runs-on=FARGATE", "arch=x64"],
      "labels 'runs-on=FARGATE' and 'arch=x64' fit no size of FARGATE; use at most cpu=32 memory=244 disk=200 (FARGATE X86_64) or runs-on=CODEBUILD",
    ],
    [
      [],
      "the default size fits no size of FARGATE; use at most cpu=32 memory=244 disk=200 (FARGATE X86_64) or runs-on=CODEBUILD",
    ],
  ])("tells %j that the default size is too large there", (labels, reason) => {
    const options = { ...labelOptions, defaults: { ...labelOptions.defaults, disk: 500 } };

    expect(readLabels(["tornade", ...labels], options)).toEqual({ kind: "refuse", reason });
  });

  it("tells a long image table in part", () => {
    const images = Array.from({ length: 40 }, (_, index) => `toolchain-${index}`);
    const reading = readLabels(["tornade", "image=x"], { ...labelOptions, images });

    expect(reading).toEqual({
      kind: "refuse",
      reason:
        "label 'image=x' is unknown; use default, toolchain-0, toolchain-1, toolchain-2 or one of the 37 others in the image table",
    });
  });

  it("refuses a mistake beside type=static, because no resident runner has that label either", () => {
    expect(readLabels(["tornade", "type=static", "cpu=lots"], labelOptions)).toMatchObject({
      reason: `label 'cpu=lots' is unknown; use ${vcpus}`,
    });
  });

  it("tells the mistakes of one job one after the other, key by key, then misspellings, then the size", () => {
    const mistakes = ["runs-on=x", "arch=x64", "arch=arm64", "image=x", "arh=x64", "cpu=500"];
    const told = mistakes.map((_, fixed) => {
      const reading = readLabels(["tornade", ...mistakes.slice(fixed).toReversed()], labelOptions);
      return reading.kind === "refuse" ? /'([^']*)'/u.exec(reading.reason)?.[1] : reading.kind;
    });

    expect(told).toEqual(["runs-on=x", "arch=arm64", "image=x", "image=x", "arh=x64", "cpu=500"]);
  });

  it.each([
    ["cpu=1\n::error::x", String.raw`cpu=1\u000a:\u003aerror:\u003ax`],
    ["cpu=%0A%25", String.raw`cpu=\u00250A\u002525`],
    ["cpu=##[error]x", String.raw`cpu=\u0023#[error]x`],
    ["cpu=\u001B[31m\u202E\u200B1", String.raw`cpu=\u001b[31m\u202e\u200b1`],
    ["cpu=1\u00A01", String.raw`cpu=1\u00a01`],
    ["cpu=\uD800", String.raw`cpu=\ud800`],
    ["cpu=\u{E0001}", String.raw`cpu=\udb40\udc01`],
    ["cpu=é🚀", "cpu=é🚀"],
    [`cpu=${"9".repeat(90)}`, `cpu=${"9".repeat(55)}…`],
    [`cpu=${"🚀".repeat(90)}`, `cpu=${"🚀".repeat(27)}\uFFFD…`],
  ])("shows %j harmlessly", (label, shown) => {
    expect(readLabels(["tornade", label], labelOptions)).toEqual({
      kind: "refuse",
      reason: `label '${shown}' is unknown; use ${vcpus}`,
    });
  });
});
