import { readFileSync } from "node:fs";

import { App, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { describe, expect, it } from "vitest";

import { RunnerBuild } from "../../lib/runner-build.ts";

const deployRole = "arn:aws:iam::123456789012:role/deploy";

function synthesize(repositoryRoles?: readonly string[]): Template {
  const stack = new Stack(new App({ analyticsReporting: false }), "tornade");
  const build = new RunnerBuild(stack, "Build", {
    images: [
      { name: "default", architecture: "ARM64", uri: "runners", repositoryArn: "arn:aws:ecr:::r" },
    ],
    logGroup: new LogGroup(stack, "Logs"),
    ...(repositoryRoles === undefined ? {} : { repositoryRoles }),
  });
  const assumedBy = new ServicePrincipal("lambda.amazonaws.com");
  build.grantLaunch(new Role(stack, "Launcher", { assumedBy }));
  return Template.fromStack(stack);
}

const template = synthesize([deployRole, deployRole]);

describe("RunnerBuild", () => {
  const projectArn = { "Fn::GetAtt": [Match.stringLikeRegexp("^BuildProject"), "Arn"] };

  it("has one project, without a source, whose builds can use Docker", () => {
    template.resourcePropertiesCountIs(
      "AWS::CodeBuild::Project",
      {
        Source: Match.objectLike({ Type: "NO_SOURCE" }),
        Artifacts: { Type: "NO_ARTIFACTS" },
        Environment: Match.objectLike({ Type: "LINUX_CONTAINER", PrivilegedMode: true }),
        LogsConfig: { CloudWatchLogs: Match.objectLike({ Status: "ENABLED" }) },
      },
      1,
    );
  });

  it("lets builds wait in the queue for as long as CodeBuild can", () => {
    template.hasResourceProperties("AWS::CodeBuild::Project", { QueuedTimeoutInMinutes: 480 });
  });

  it("has builds do what the image's buildspec says", () => {
    const buildSpec: unknown = JSON.parse(readFileSync("runner-image/buildspec.json", "utf8"));
    template.hasResourceProperties("AWS::CodeBuild::Project", {
      Source: { BuildSpec: Match.serializedJson(buildSpec) },
    });
  });

  it("has a role that pulls images and writes the log, and nothing that CDK adds", () => {
    template.hasResourceProperties("AWS::IAM::Role", {
      ManagedPolicyArns: Match.absent(),
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                Resource: { "Fn::GetAtt": [Match.stringLikeRegexp("^Logs"), "Arn"] },
              },
              Match.objectLike({ Resource: "arn:aws:ecr:::r" }),
              { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
            ],
          },
        },
      ],
    });
    // The launcher's is the only other policy.
    template.resourceCountIs("AWS::IAM::Policy", 1);
  });

  it("lets a launcher start, stop and find builds of the project", () => {
    allows({
      Action: [
        "codebuild:StartBuild",
        "codebuild:StopBuild",
        "codebuild:BatchGetBuilds",
        "codebuild:ListBuildsForProject",
      ],
      Resource: projectArn,
    });
  });

  it("lets a launcher pass the repositories' roles to CodeBuild alone", () => {
    allows({
      Action: "iam:PassRole",
      Condition: { StringEquals: { "iam:PassedToService": "codebuild.amazonaws.com" } },
      Resource: deployRole,
    });
  });

  it("lets no role be passed where no repository has one", () => {
    expect(JSON.stringify(synthesize().toJSON())).not.toContain("iam:PassRole");
  });
});

function allows(statement: object): void {
  template.hasResourceProperties("AWS::IAM::Policy", {
    PolicyDocument: {
      Statement: Match.arrayWith([Match.exact({ Effect: "Allow", ...statement })]),
    },
  });
}
