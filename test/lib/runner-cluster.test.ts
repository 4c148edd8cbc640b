import { App, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { describe, expect, it } from "vitest";

import { decodeImageTable } from "../../functions/adapters/image-table.ts";
import { readText } from "../../functions/core/read-json.ts";
import { RunnerCluster } from "../../lib/runner-cluster.ts";
import { type RunnerImage, runnerImageTable } from "../../lib/runner-images.ts";

const repositoryArn = "arn:aws:ecr:eu-west-1:123456789012:repository/runners";
const deployRole = "arn:aws:iam::123456789012:role/deploy";

const images: readonly RunnerImage[] = [
  { name: "default", architecture: "X86_64", uri: "runners:x86", repositoryArn },
  { name: "default", architecture: "ARM64", uri: "runners:arm", repositoryArn },
  { name: "node", architecture: "ARM64", uri: "ghcr.io/acme/node", repositoryArn: undefined },
];

function createCluster(stackName = "tornade", some = images) {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, stackName, {
    env: { account: "123456789012", region: "eu-west-1" },
  });
  const cluster = new RunnerCluster(stack, "Runners", {
    images: some,
    repositoryRoles: [deployRole, deployRole],
    logRetention: 30,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const assumedBy = new ServicePrincipal("lambda.amazonaws.com");
  cluster.grantLaunch(new Role(stack, "Launcher", { assumedBy }));
  return { stack, cluster };
}

describe("RunnerCluster", () => {
  const { stack, cluster } = createCluster();
  const template = Template.fromStack(stack);
  const clusterArn = { "Fn::GetAtt": [Match.stringLikeRegexp("Cluster"), "Arn"] };

  it("has both capacity providers of Fargate", () => {
    template.hasResourceProperties("AWS::ECS::Cluster", {
      CapacityProviders: ["FARGATE", "FARGATE_SPOT"],
    });
  });

  it("keeps the runners' log as long as is asked", () => {
    template.hasResource("AWS::Logs::LogGroup", {
      Properties: { RetentionInDays: 30 },
      DeletionPolicy: "Delete",
    });
  });

  it.each([
    ["X86_64", "runners:x86", "default-x86-64"],
    ["ARM64", "runners:arm", "default-arm64"],
    ["ARM64", "ghcr.io/acme/node", "node-arm64"],
  ])("has a task definition of %s %s", (architecture, image, slug) => {
    template.hasResourceProperties("AWS::ECS::TaskDefinition", {
      Family: Match.stringLikeRegexp(`^tornade-Runners-${slug}-[0-9A-F]{8}$`),
      RequiresCompatibilities: ["FARGATE"],
      NetworkMode: "awsvpc",
      RuntimePlatform: { CpuArchitecture: architecture, OperatingSystemFamily: "LINUX" },
      TaskRoleArn: Match.absent(),
      ExecutionRoleArn: { "Fn::GetAtt": [Match.stringLikeRegexp("ExecutionRole"), "Arn"] },
      ContainerDefinitions: [
        {
          Name: "runner",
          Image: image,
          Essential: true,
          StopTimeout: 120,
          Environment: Match.absent(),
          LogConfiguration: {
            LogDriver: "awslogs",
            Options: Match.objectLike({
              "awslogs-group": { Ref: Match.stringLikeRegexp("Logs") },
              "awslogs-region": "eu-west-1",
              "awslogs-stream-prefix": slug,
            }),
          },
        },
      ],
    });
  });

  it("has one execution role, which pulls and writes the log and does nothing else", () => {
    template.resourcePropertiesCountIs(
      "AWS::IAM::Role",
      { AssumeRolePolicyDocument: Match.objectLike({ Statement: [trustOf("ecs-tasks")] }) },
      1,
    );
    template.hasResourceProperties("AWS::IAM::Role", {
      ManagedPolicyArns: Match.absent(),
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                Resource: { "Fn::GetAtt": [Match.stringLikeRegexp("Logs"), "Arn"] },
              },
              {
                Effect: "Allow",
                Action: [
                  "ecr:BatchCheckLayerAvailability",
                  "ecr:BatchGetImage",
                  "ecr:GetDownloadUrlForLayer",
                ],
                Resource: repositoryArn,
              },
              { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
            ],
            Version: "2012-10-17",
          },
        },
      ],
    });
  });

  it("pulls from no registry of AWS where no image is there", () => {
    const { stack: other } = createCluster("other", images.slice(2));
    expect(JSON.stringify(Template.fromStack(other).toJSON())).not.toContain("ecr:");
  });

  it("names families after the stack, so that two can be side by side", () => {
    const { cluster: other } = createCluster("tornade-eu");
    const families = [...cluster.tasks, ...other.tasks].map(({ family }) => family);
    expect(new Set(families).size).toBe(families.length);
  });

  it("fills the image table that the functions read", () => {
    const familyOf = (slug: string) =>
      cluster.tasks.find(({ family }) => family.startsWith(`tornade-Runners-${slug}-`))?.family;
    const text: unknown = stack.resolve(runnerImageTable(stack, cluster.tasks));
    const table: unknown = JSON.parse(readText(text, "table"));
    expect([...decodeImageTable(table)]).toEqual([
      [
        "default",
        {
          X86_64: {
            taskDefinition: familyOf("default-x86-64"),
            codeBuildImage: "runners:x86",
          },
          ARM64: { taskDefinition: familyOf("default-arm64"), codeBuildImage: "runners:arm" },
        },
      ],
      [
        "node",
        {
          ARM64: {
            taskDefinition: familyOf("node-arm64"),
            codeBuildImage: "ghcr.io/acme/node",
          },
        },
      ],
    ]);
  });

  describe("grantLaunch", () => {
    const tasks = arn(
      ":ecs:eu-west-1:123456789012:task/",
      { Ref: Match.stringLikeRegexp("Cluster") },
      "/*",
    );

    it("lets nothing run but our families, in our cluster, without a shell", () => {
      allows({
        Action: "ecs:RunTask",
        Condition: {
          ArnEquals: { "ecs:cluster": clusterArn },
          StringEqualsIfExists: { "ecs:enable-execute-command": "false" },
        },
        Resource: [
          arn(
            Match.stringLikeRegexp(
              ":task-definition/tornade-Runners-default-x86-64-[0-9A-F]{8}:[*]$",
            ),
          ),
          arn(
            Match.stringLikeRegexp(
              ":task-definition/tornade-Runners-default-arm64-[0-9A-F]{8}:[*]$",
            ),
          ),
          arn(
            Match.stringLikeRegexp(":task-definition/tornade-Runners-node-arm64-[0-9A-F]{8}:[*]$"),
          ),
        ],
      });
    });

    it("lets only a new task be tagged", () => {
      allows({
        Action: "ecs:TagResource",
        Condition: { StringEquals: { "ecs:CreateAction": "RunTask" } },
        Resource: tasks,
      });
    });

    it("lets only our cluster's tasks be stopped and listed", () => {
      allows({ Action: "ecs:StopTask", Resource: tasks });
      allows({
        Action: "ecs:ListTasks",
        Condition: { ArnEquals: { "ecs:cluster": clusterArn } },
        Resource: "*",
      });
    });

    it("passes exactly the execution role and the repositories' roles, to tasks alone", () => {
      allows({
        Action: "iam:PassRole",
        Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
        Resource: [{ "Fn::GetAtt": [Match.stringLikeRegexp("ExecutionRole"), "Arn"] }, deployRole],
      });
    });
  });

  function allows(statement: object): void {
    template.hasResourceProperties("AWS::IAM::Policy", {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.exact({ Effect: "Allow", ...statement })]),
      },
    });
  }
});

function trustOf(service: string): object {
  return {
    Action: "sts:AssumeRole",
    Effect: "Allow",
    Principal: { Service: `${service}.amazonaws.com` },
  };
}

function arn(...rest: readonly (string | object)[]): object {
  return { "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ...rest]] };
}
