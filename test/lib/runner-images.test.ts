import { App, Stack } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";

import type { ResolvedImage } from "../../lib/resolved-config.ts";
import { toRunnerImages } from "../../lib/runner-images.ts";

const scope = new Stack(new App({ analyticsReporting: false }), "tornade", {
  env: { account: "123456789012", region: "eu-west-1" },
});

const built = {
  repositoryArn: "arn:aws:ecr:eu-west-1:123456789012:repository/runners",
  repositoryUri: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/runners",
};

describe("toRunnerImages", () => {
  it("starts built images from the tag that moves", () => {
    const image: ResolvedImage = {
      name: "default",
      architectures: ["X86_64", "ARM64"],
      source: { kind: "folder", folder: "runner-image" },
    };
    expect(toRunnerImages(scope, [image], built)).toEqual([
      {
        name: "default",
        architecture: "X86_64",
        uri: `${built.repositoryUri}:current-default-x86-64`,
        dockerUri: `${built.repositoryUri}:current-default-x86-64-docker`,
        repositoryArn: built.repositoryArn,
        isBuilt: true,
      },
      {
        name: "default",
        architecture: "ARM64",
        uri: `${built.repositoryUri}:current-default-arm64`,
        dockerUri: `${built.repositoryUri}:current-default-arm64-docker`,
        repositoryArn: built.repositoryArn,
        isBuilt: true,
      },
    ]);
    expect(() => toRunnerImages(scope, [image])).toThrow("no repository is given for it");
  });

  it.each([
    [
      "210987654321.dkr.ecr.us-east-1.amazonaws.com/ci/runner:1",
      "us-east-1:210987654321:repository/ci/runner",
    ],
    [
      "210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn/runner@sha256:0f",
      "cn-north-1:210987654321:repository/runner",
    ],
  ])("knows the repository of %s", (uri, arn) => {
    const [found] = toRunnerImages(scope, [nodeImage(uri)]);
    expect(scope.resolve(found)).toMatchObject({
      uri,
      repositoryArn: { "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, `:ecr:${arn}`]] },
    });
  });

  it.each(["ghcr.io/acme/runner:1", "public.ecr.aws/acme/runner"])(
    "knows that %s needs no role",
    (uri) => {
      const [found] = toRunnerImages(scope, [nodeImage(uri)]);
      expect(found).toMatchObject({ uri, repositoryArn: undefined });
    },
  );
});

function nodeImage(uri: string): ResolvedImage {
  return { name: "node", architectures: ["ARM64"], source: { kind: "uri", uri } };
}
