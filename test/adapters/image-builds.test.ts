import { describe, expect, it } from "vitest";

import { readImageBuilds, toBuildOverrides } from "../../functions/adapters/image-builds.ts";

const build = {
  name: "default",
  architecture: "ARM64",
  currentTag: "current",
  contentTag: "content",
  source: "s3://assets/hash.zip",
  buildImage: "aws/codebuild/standard",
} as const;
const setting = { project: "images", repository: "runners", builds: [build] };

describe("readImageBuilds", () => {
  it("reads what the constructs write, names in lower case", () => {
    expect(readImageBuilds({ ...setting, builds: [{ ...build, name: "Default" }] })).toEqual(
      setting,
    );
  });

  it.each([
    [[], "image builds should be an object, got an array"],
    [{ ...setting, project: undefined }, "project should be text, got nothing"],
    [{ ...setting, repository: 7 }, "repository should be text, got a number"],
    [{ ...setting, builds: {} }, "builds should be an array, got an object"],
    [{ ...setting, builds: ["default"] }, "build should be an object, got a string"],
    [{ ...setting, builds: [{ ...build, source: null }] }, "source should be text, got null"],
    [
      { ...setting, builds: [{ ...build, architecture: "arm" }] },
      'architecture should be one of X86_64, ARM64, got "arm"',
    ],
  ])("does not read %j", (value, message) => {
    expect(() => readImageBuilds(value)).toThrow(message);
  });
});

describe("toBuildOverrides", () => {
  it.each([
    ["ARM64", "ARM_CONTAINER"],
    ["X86_64", "LINUX_CONTAINER"],
  ] as const)("builds for %s on a machine of its own kind", (architecture, type) => {
    expect(toBuildOverrides({ ...build, architecture })).toEqual({
      environmentTypeOverride: type,
      imageOverride: "aws/codebuild/standard",
      environmentVariablesOverride: [
        { name: "IMAGE_SOURCE", value: "s3://assets/hash.zip", type: "PLAINTEXT" },
        { name: "CURRENT_TAG", value: "current", type: "PLAINTEXT" },
        { name: "CONTENT_TAG", value: "content", type: "PLAINTEXT" },
      ],
    });
  });
});
