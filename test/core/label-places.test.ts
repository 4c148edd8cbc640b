import { describe, expect, it } from "vitest";

import { readLabels, type LabelOptions } from "../../functions/core/labels.ts";
import type { ProviderName } from "../../functions/core/provider.ts";
import { bothForms, labelOptions, launch } from "./label-options.ts";

const fargate = ["FARGATE", "FARGATE_SPOT"] as const;

/** What an operator has set up, by image and architecture; the default image is everywhere. */
const equipped = new Map<string, readonly ProviderName[]>([
  ["node X86_64", fargate],
  ["Rust-1.90 X86_64", fargate],
  ["Rust-1.90 ARM64", ["CODEBUILD"]],
]);

const options: LabelOptions = {
  ...labelOptions,
  images: ["node", "Rust-1.90", "empty"],
  findEquipped: ({ name, architecture }) =>
    name === "default"
      ? ["FARGATE", "FARGATE_SPOT", "CODEBUILD"]
      : (equipped.get(`${name} ${architecture}`) ?? []),
};

describe("readLabels", () => {
  it.each([
    [
      ["image=node", "arch=ARM64"],
      "image 'node' does not exist for FARGATE ARM64; use runs-on=FARGATE or runs-on=FARGATE_SPOT with arch=X86_64, or have your operator add it",
    ],
    [
      ["image=node", "runs-on=CODEBUILD"],
      "image 'node' does not exist for CODEBUILD X86_64; use runs-on=FARGATE or runs-on=FARGATE_SPOT with arch=X86_64, or have your operator add it",
    ],
    [
      ["image=rust-1.90", "arch=ARM64", "runs-on=FARGATE_SPOT", "cpu=900"],
      "image 'Rust-1.90' does not exist for FARGATE_SPOT or FARGATE ARM64; use runs-on=FARGATE or runs-on=FARGATE_SPOT with arch=X86_64 or runs-on=CODEBUILD with arch=ARM64, or have your operator add it",
    ],
    [
      ["image=empty"],
      "image 'empty' does not exist for FARGATE X86_64; use another image, or have your operator add it",
    ],
  ])("refuses %j, an image that no rung has", (labels, reason) => {
    for (const form of bothForms(labels)) {
      expect(readLabels(form, options)).toEqual({ kind: "refuse", reason });
    }
  });

  it.each([
    [["image=node", "runs-on=CODEBUILD+FARGATE"], launch({ image: "node" })],
    [
      ["image=rust-1.90", "runs-on=FARGATE+CODEBUILD", "arch=ARM64"],
      launch({ image: "Rust-1.90", architecture: "ARM64", rungs: ["CODEBUILD"] }),
    ],
    [["runs-on=CODEBUILD+FARGATE"], launch({ rungs: ["CODEBUILD", "FARGATE"] })],
  ])("keeps of %j the rungs that have the image", (labels, reading) => {
    expect(readLabels(["tornade", ...labels], options)).toEqual(reading);
  });

  it("advises no place for a size where the image is not", () => {
    expect(readLabels(["tornade", "image=node", "cpu=64"], options)).toEqual({
      kind: "refuse",
      reason:
        "label 'cpu=64' fits no size of FARGATE; use at most cpu=32 memory=244 disk=200 (FARGATE X86_64)",
    });
  });

  it("looks for no image beside type=static, because nothing is started", () => {
    const reading = readLabels(["tornade", "type=static", "image=empty"], options);
    expect(reading).toEqual({ kind: "ignore", reason: "static" });
  });

  it("refuses the longest of them in a short line", () => {
    const image = "i".repeat(90);
    const wide: LabelOptions = {
      ...options,
      images: [image],
      findEquipped: ({ architecture }) =>
        architecture === "X86_64" ? ["FARGATE", "FARGATE_SPOT", "CODEBUILD"] : ["CODEBUILD"],
    };
    const labels = ["tornade", `image=${image}`, "arch=ARM64", "runs-on=FARGATE_SPOT"];
    const reading = readLabels(labels, wide);

    expect(reading).toMatchObject({ kind: "refuse" });
    expect("reason" in reading && reading.reason.length).toBeLessThanOrEqual(300);
  });
});
