import { ArnFormat, type RemovalPolicy, Stack } from "aws-cdk-lib";
import { CfnCluster } from "aws-cdk-lib/aws-ecs";
import { type IGrantable, PolicyDocument, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import { ownService } from "./own-service.ts";
import { pullStatements, type RunnerImage, toSlug } from "./runner-images.ts";
import { containerName, RunnerTask } from "./runner-task.ts";

/** What runners on Fargate need besides a network. */
export interface RunnerClusterProps {
  readonly images: readonly RunnerImage[];
  /**
   * ARNs of the roles that runners of some repositories have.
   * @default - none
   */
  readonly repositoryRoles?: readonly string[];
  readonly logRetention: RetentionDays;
  /** What becomes of the runners' log with the stack. */
  readonly removalPolicy: RemovalPolicy;
}

/** The one cluster that runners on Fargate are tasks of, on demand and on Spot, with their log. */
export class RunnerCluster extends Construct {
  readonly clusterArn: string;
  readonly clusterName: string;
  readonly containerName = containerName;
  readonly tasks: readonly RunnerTask[];
  /** The output of runners, those on CodeBuild included. */
  readonly logGroup: LogGroup;
  private readonly passedRoles: readonly string[];

  constructor(scope: Construct, id: string, props: RunnerClusterProps) {
    super(scope, id);
    const { images, repositoryRoles = [], logRetention: retention, removalPolicy } = props;
    const cluster = new CfnCluster(this, "Cluster", {
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      // Insights bill per task; launches and their times are metrics of ours.
      clusterSettings: [{ name: "containerInsights", value: "disabled" }],
    });
    this.clusterArn = cluster.attrArn;
    this.clusterName = cluster.ref;
    this.logGroup = new LogGroup(this, "Logs", { retention, removalPolicy });
    const executionRole = this.createExecutionRole(images);
    this.tasks = images.map(
      (image) =>
        new RunnerTask(this, `${image.name}-${toSlug(image.architecture)}`, {
          image,
          executionRole,
          logGroup: this.logGroup,
        }),
    );
    this.passedRoles = [...new Set([executionRole.roleArn, ...repositoryRoles])];
  }

  /** Lets a function send what createFargateProvider sends. */
  grantLaunch(grantee: IGrantable): void {
    for (const statement of this.launchStatements()) {
      grantee.grantPrincipal.addToPrincipalPolicy(statement);
    }
  }

  /** Lets a function send what createTaskList sends. */
  grantList(grantee: IGrantable): void {
    const describe = new PolicyStatement({
      actions: ["ecs:DescribeTasks"],
      resources: [this.taskArns],
    });
    grantee.grantPrincipal.addToPrincipalPolicy(describe);
    grantee.grantPrincipal.addToPrincipalPolicy(this.listStatement());
  }

  private get taskArns(): string {
    return this.toArn("task", `${this.clusterName}/*`);
  }

  private get inCluster() {
    return { ArnEquals: { "ecs:cluster": this.clusterArn } };
  }

  // Its only resource type is the container instance, which Fargate has not.
  private listStatement(): PolicyStatement {
    const { inCluster: conditions } = this;
    return new PolicyStatement({ actions: ["ecs:ListTasks"], resources: ["*"], conditions });
  }

  private launchStatements(): PolicyStatement[] {
    const { taskArns: tasks, inCluster } = this;
    return [
      new PolicyStatement({
        actions: ["ecs:RunTask"],
        resources: this.tasks.map(({ family }) => this.toArn("task-definition", `${family}:*`)),
        conditions: {
          ...inCluster,
          // Nobody gets a shell beside a job. The key is a text, for all that it says true or false:
          // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
          StringEqualsIfExists: { "ecs:enable-execute-command": "false" },
        },
      }),
      new PolicyStatement({
        actions: ["ecs:TagResource"],
        resources: [tasks],
        conditions: { StringEquals: { "ecs:CreateAction": "RunTask" } },
      }),
      new PolicyStatement({ actions: ["ecs:StopTask"], resources: [tasks] }),
      this.listStatement(),
      new PolicyStatement({
        actions: ["iam:PassRole"],
        resources: [...this.passedRoles],
        conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      }),
    ];
  }

  private toArn(resource: string, resourceName: string): string {
    const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
    return Stack.of(this).formatArn({ service: "ecs", resource, resourceName, arnFormat });
  }

  private createExecutionRole(images: readonly RunnerImage[]): Role {
    const writeLog = new PolicyStatement({
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [this.logGroup.logGroupArn],
    });
    return new Role(this, "ExecutionRole", {
      description: "Pulls the images of runners and writes their log",
      assumedBy: ownService("ecs-tasks.amazonaws.com"),
      inlinePolicies: {
        start: new PolicyDocument({ statements: [writeLog, ...pullStatements(images)] }),
      },
    });
  }
}
