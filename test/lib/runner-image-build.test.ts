import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

import { App, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { describe, expect, it } from "vitest";

import { toBuildOverrides } from "../../functions/adapters/image-builds.ts";
import type { ResolvedImage } from "../../lib/resolved-config.ts";
import { RunnerImageBuild } from "../../lib/runner-image-build.ts";
import { buildPhases, dockerStage } from "../../lib/runner-image-commands.ts";
import { RunnerImageRepository } from "../../lib/runner-image-repository.ts";

const folder = resolve("runner-image");
const images: readonly ResolvedImage[] = [
  {
    name: "default",
    architectures: ["X86_64", "ARM64"],
    source: { kind: "folder", folder },
  },
  { name: "slim", architectures: ["ARM64"], source: { kind: "folder", folder } },
  { name: "node", architectures: ["ARM64"], source: { kind: "uri", uri: "acme/node" } },
];

function createBuild(removalPolicy: RemovalPolicy) {
  const stack = new Stack(new App({ analyticsReporting: false }), "tornade");
  const repository = new RunnerImageRepository(stack, "Images", { removalPolicy });
  const build = new RunnerImageBuild(stack, "Build", {
    images,
    repository,
    schedule: "rate(7 days)",
    logRetention: 30,
    removalPolicy,
  });
  const assumedBy = new ServicePrincipal("lambda.amazonaws.com");
  build.grantStart(new Role(stack, "Starter", { assumedBy }));
  return { build, template: Template.fromStack(stack) };
}

const { build, template } = createBuild(RemovalPolicy.DESTROY);

describe("RunnerImageRepository", () => {
  it("scans what is pushed and can be deleted with all images", () => {
    template.hasResource("AWS::ECR::Repository", {
      Properties: { ImageScanningConfiguration: { ScanOnPush: true }, EmptyOnDelete: true },
      DeletionPolicy: "Delete",
    });
  });

  it("outlives the stack where that is asked", () => {
    const kept = createBuild(RemovalPolicy.RETAIN).template.findResources("AWS::ECR::Repository");
    expect(Object.values(kept)).toMatchObject([
      { Properties: { EmptyOnDelete: false }, DeletionPolicy: "Retain" },
    ]);
  });

  it("expires what no runner is started from, never what one is", () => {
    const LifecyclePolicyText = Match.serializedJson({
      rules: [
        {
          rulePriority: 1,
          description: Match.anyValue(),
          selection: {
            tagStatus: "tagged",
            tagPrefixList: ["current-"],
            countType: "imageCountMoreThan",
            countNumber: 1_000,
          },
          action: { type: "expire" },
        },
        {
          rulePriority: 2,
          description: Match.anyValue(),
          selection: {
            tagStatus: "any",
            countType: "sinceImagePushed",
            countNumber: 14,
            countUnit: "days",
          },
          action: { type: "expire" },
        },
      ],
    });
    template.hasResourceProperties("AWS::ECR::Repository", {
      LifecyclePolicy: { LifecyclePolicyText },
    });
  });
});

describe("RunnerImageBuild", () => {
  const projectArn = { "Fn::GetAtt": [Match.stringLikeRegexp("^BuildProject"), "Arn"] };
  const repositoryArn = { "Fn::GetAtt": [Match.stringLikeRegexp("^Images"), "Arn"] };

  it("has one project for all images and both architectures", () => {
    template.resourcePropertiesCountIs(
      "AWS::CodeBuild::Project",
      {
        Source: Match.objectLike({ Type: "NO_SOURCE" }),
        Environment: Match.objectLike({ PrivilegedMode: true }),
      },
      1,
    );
    template.hasResourceProperties("AWS::Logs::LogGroup", { RetentionInDays: 30 });
  });

  it("knows which tags there have to be, by what the folders hold", () => {
    const tags = build.builds.map(({ contentTag }) => contentTag);
    expect(tags).toEqual([
      expect.stringMatching(/^content-default-x86-64-[0-9a-f]{16}$/u),
      expect.stringMatching(/^content-default-arm64-[0-9a-f]{16}$/u),
      expect.stringMatching(/^content-slim-arm64-[0-9a-f]{16}$/u),
    ]);
  });

  it("builds each architecture on its own kind of machine", () => {
    const machines = build.builds.map((one) => JSON.stringify(toBuildOverrides(one)));
    expect(machines).toEqual([
      expect.stringMatching(/"LINUX_CONTAINER".*x86_64-standard/u),
      expect.stringMatching(/"ARM_CONTAINER".*aarch64-standard/u),
      expect.stringMatching(/"ARM_CONTAINER".*aarch64-standard/u),
    ]);
  });

  it("tests a new image before anything is pushed", () => {
    const [project] = Object.values(template.findResources("AWS::CodeBuild::Project"));
    expect(JSON.stringify(project)).toMatch(
      /smoke-test.*push=true.*compression=zstd.*CURRENT_TAG/u,
    );
  });

  it("tests the image with Docker by bringing that up, and pushes what every Docker can pull", () => {
    const docker = buildPhases.build.commands.find((command) =>
      command.includes("--target docker"),
    );
    expect(docker).toMatch(
      /--load .* && .*--privileged --user 0 .*smoke-test docker && .*push=true/u,
    );
    expect(docker).not.toContain("zstd");
  });

  it("builds everything anew by the schedule", () => {
    template.resourcePropertiesCountIs(
      "AWS::Events::Rule",
      { ScheduleExpression: "rate(7 days)", State: "ENABLED" },
      2,
    );
    template.hasResourceProperties("AWS::Events::Rule", {
      Targets: [
        Match.objectLike({
          Arn: projectArn,
          RoleArn: { "Fn::GetAtt": [Match.stringLikeRegexp("EventsRole"), "Arn"] },
          Input: { "Fn::Join": ["", Match.arrayWith([Match.stringLikeRegexp("LINUX_CONTAINER")])] },
        }),
        Match.objectLike({
          Arn: projectArn,
          Input: { "Fn::Join": ["", Match.arrayWith([Match.stringLikeRegexp("ARM_CONTAINER")])] },
        }),
      ],
    });
  });

  it("has a role for builds that reads the folders and pushes to the one repository", () => {
    template.hasResourceProperties("AWS::IAM::Role", {
      AssumeRolePolicyDocument: Match.objectLike({
        Statement: [Match.objectLike({ Principal: { Service: "codebuild.amazonaws.com" } })],
      }),
      Policies: [
        {
          PolicyDocument: Match.objectLike({
            Statement: [
              Match.objectLike({ Action: ["logs:CreateLogStream", "logs:PutLogEvents"] }),
              Match.objectLike({
                Action: "s3:GetObject",
                Resource: Match.arrayWith([
                  {
                    "Fn::Join": [
                      "",
                      Match.arrayWith([Match.stringLikeRegexp("/[0-9a-f]{64}.zip$")]),
                    ],
                  },
                ]),
              }),
              Match.objectLike({
                Action: Match.arrayWith(["ecr:PutImage"]),
                Resource: repositoryArn,
              }),
              Match.objectLike({ Action: "ecr:GetAuthorizationToken", Resource: "*" }),
            ],
          }),
        },
      ],
    });
  });

  it("lets the schedule start builds of the project and nothing else", () => {
    template.hasResourceProperties("AWS::IAM::Policy", {
      PolicyName: Match.stringLikeRegexp("EventsRole"),
      PolicyDocument: Match.objectLike({
        Statement: [{ Effect: "Allow", Action: "codebuild:StartBuild", Resource: projectArn }],
      }),
    });
  });

  it("lets whoever starts builds look at the tags first", () => {
    template.hasResourceProperties("AWS::IAM::Policy", {
      PolicyDocument: Match.objectLike({
        Statement: [
          {
            Effect: "Allow",
            Action: ["codebuild:StartBuild", "codebuild:BatchGetBuilds"],
            Resource: projectArn,
          },
          { Effect: "Allow", Action: "ecr:DescribeImages", Resource: repositoryArn },
        ],
      }),
    });
  });

  it.each([
    ["FROM runner AS docker", true],
    ["from runner as docker  ", true],
    ["FROM runner AS docker\r", true],
    ["FROM runner AS docker-in-docker", false],
    ["FROM docker", false],
  ])("finds the stage with Docker in %j alike in grep and here: %s", (line, isThere) => {
    const dockerfile = `FROM ubuntu AS runner\n${line}\nRUN true\n`;
    const grep = spawnSync("grep", ["-qi", dockerStage], { input: dockerfile });
    const found = [grep.status === 0, new RegExp(dockerStage, "imu").test(dockerfile)];
    expect(found).toEqual([isThere, isThere]);
  });
});
