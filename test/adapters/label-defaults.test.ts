import { describe, expect, it } from "vitest";

import { readLabelDefaults } from "../../functions/adapters/label-defaults.ts";

const defaults = {
  runsOn: ["FARGATE"],
  architecture: "X86_64",
  cpu: 1,
  memory: 2,
  disk: 20,
  image: "default",
  timeoutMinutes: 360,
};

describe("readLabelDefaults", () => {
  it.each([
    [{}, {}],
    [
      { "runs-on": "FARGATE_SPOT+FARGATE+CODEBUILD" },
      { runsOn: ["FARGATE_SPOT", "FARGATE", "CODEBUILD"] },
    ],
    [
      { "runs-on": "codebuild", arch: "arm64" },
      { runsOn: ["CODEBUILD"], architecture: "ARM64" },
    ],
    [
      { cpu: 0.5, memory: "512m", disk: 50 },
      { cpu: 0.5, memory: 0.5, disk: 50 },
    ],
    [
      { timeout: "90m", image: "Node" },
      { timeoutMinutes: 90, image: "node" },
    ],
  ])("reads %j", (given, expected) => {
    expect(readLabelDefaults(given)).toEqual({ ...defaults, ...expected });
  });

  it.each([
    [[], "defaults should be an object, got an array"],
    [{ "runs-on": "FARGET" }, "'runs-on' cannot be 'FARGET'"],
    [{ arch: "riscv" }, "'arch' cannot be 'riscv'"],
    [{ cpu: -1 }, "'cpu' cannot be '-1'; use a number of vCPU, like cpu=2 or cpu=0.5"],
    [{ timeout: 90 }, "'timeout' cannot be '90'"],
    [{ Cpu: 1 }, "'Cpu' is none of runs-on, arch, cpu, memory, disk, image, timeout"],
  ])("refuses %j", (given, problem) => {
    expect(() => readLabelDefaults(given)).toThrow(problem);
  });
});
