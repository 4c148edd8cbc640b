import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Duration } from "aws-cdk-lib";
import { BuildSpec, LinuxBuildImage, Project } from "aws-cdk-lib/aws-codebuild";
import { type IGrantable, PolicyDocument, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import { readObject } from "../functions/core/read-json.ts";
import { ownService } from "./own-service.ts";
import { pullStatements, type RunnerImage } from "./runner-images.ts";

/** What runners on CodeBuild need. */
export interface RunnerBuildProps {
  readonly images: readonly RunnerImage[];
  /**
   * ARNs of the roles that runners of some repositories have.
   * @default - none
   */
  readonly repositoryRoles?: readonly string[];
  /** Where the output of runners goes. */
  readonly logGroup: ILogGroup;
}

/**
 * The one project that runners on CodeBuild are builds of. Image, architecture, size and times come
 * with every launch; what is set here is what a launch does not send.
 */
export class RunnerBuild extends Construct {
  readonly projectArn: string;
  readonly projectName: string;
  private readonly repositoryRoles: readonly string[];

  constructor(scope: Construct, id: string, props: RunnerBuildProps) {
    super(scope, id);
    const { logGroup, repositoryRoles = [] } = props;
    this.repositoryRoles = [...new Set(repositoryRoles)];
    const project = new Project(this, "Project", {
      description: "GitHub Actions runners that need Docker",
      // What CDK would add: reports, and log groups of every name. A job can use this role.
      role: this.createRole(props).withoutPolicyUpdates(),
      environment: { buildImage: LinuxBuildImage.AMAZON_LINUX_2023_5, privileged: true },
      buildSpec: BuildSpec.fromObject({ ...readObject(buildSpec, "buildspec.json") }),
      queuedTimeout: Duration.hours(8),
      timeout: Duration.hours(6),
      grantReportGroupPermissions: false,
      logging: { cloudWatch: { logGroup, prefix: "codebuild" } },
    });
    this.projectArn = project.projectArn;
    this.projectName = project.projectName;
  }

  /** Lets a function send what createCodeBuildProvider sends. */
  grantLaunch(grantee: IGrantable): void {
    const { grantPrincipal } = grantee;
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [
          "codebuild:StartBuild",
          "codebuild:StopBuild",
          "codebuild:BatchGetBuilds",
          "codebuild:ListBuildsForProject",
        ],
        resources: [this.projectArn],
      }),
    );
    if (this.repositoryRoles.length === 0) return;
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ["iam:PassRole"],
        resources: [...this.repositoryRoles],
        conditions: { StringEquals: { "iam:PassedToService": "codebuild.amazonaws.com" } },
      }),
    );
  }

  /** Lets a function send what createBuildList sends. */
  grantList(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ["codebuild:ListBuildsForProject", "codebuild:BatchGetBuilds"],
        resources: [this.projectArn],
      }),
    );
  }

  private createRole({ images, logGroup }: RunnerBuildProps): Role {
    const writeLog = new PolicyStatement({
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.logGroupArn],
    });
    return new Role(this, "Role", {
      description: "Pulls the images of runners on CodeBuild and writes their log",
      assumedBy: ownService("codebuild.amazonaws.com"),
      inlinePolicies: {
        run: new PolicyDocument({ statements: [writeLog, ...pullStatements(images)] }),
      },
    });
  }
}

// CodeBuild runs its own commands in place of the image's entrypoint.
const buildSpec: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "runner-image", "buildspec.json"), "utf8"),
);
