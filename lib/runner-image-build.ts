import { Duration, type RemovalPolicy, Stack } from "aws-cdk-lib";
import { BuildSpec, LinuxArmBuildImage, LinuxBuildImage, Project } from "aws-cdk-lib/aws-codebuild";
import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { CodeBuildProject } from "aws-cdk-lib/aws-events-targets";
import { type IGrantable, PolicyDocument, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { Construct } from "constructs";

import {
  type ImageBuild,
  type ImageBuilds,
  toBuildOverrides,
} from "../functions/adapters/image-builds.ts";
import type { Architecture } from "../functions/core/provider.ts";
import { ownService } from "./own-service.ts";
import type { ResolvedImage } from "./resolved-config.ts";
import { buildPhases } from "./runner-image-commands.ts";
import { contentTag, currentTag } from "./runner-images.ts";
import type { RunnerImageRepository } from "./runner-image-repository.ts";

/** What the pipeline of images is made from. */
export interface RunnerImageBuildProps {
  /** Those that come from a folder are built. */
  readonly images: readonly ResolvedImage[];
  readonly repository: RunnerImageRepository;
  /** When everything is built anew: `rate(…)` or `cron(…)`. */
  readonly schedule: string;
  readonly logRetention: RetentionDays;
  /** What becomes of the builds' log with the stack. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Builds images off the deploy path: a deploy neither waits for them nor fails with them, and runners
 * start from the last image that passed its smoke test. One project serves both architectures.
 */
export class RunnerImageBuild extends Construct {
  readonly builds: readonly ImageBuild[];
  /** What whoever starts builds has to know, as JSON: readImageBuilds is its other end. */
  readonly setting: string;
  private readonly projectArn: string;
  private readonly repositoryArn: string;

  constructor(scope: Construct, id: string, props: RunnerImageBuildProps) {
    super(scope, id);
    const { images, repository, schedule } = props;
    this.repositoryArn = repository.repositoryArn;
    const assets = this.createAssets(images);
    this.builds = images.flatMap((image) => toBuilds(image, assets.get(image.name)));
    const project = this.createProject(props, [...assets.values()]);
    this.projectArn = project.projectArn;
    const setting: ImageBuilds = {
      project: project.projectName,
      repository: repository.repositoryName,
      builds: this.builds,
    };
    this.setting = Stack.of(this).toJsonString(setting);
    this.scheduleBuilds(project, schedule);
  }

  /** Lets a function send what createImageRegistry sends. */
  grantStart(grantee: IGrantable): void {
    const { grantPrincipal } = grantee;
    const start = {
      actions: ["codebuild:StartBuild", "codebuild:BatchGetBuilds"],
      resources: [this.projectArn],
    };
    const look = { actions: ["ecr:DescribeImages"], resources: [this.repositoryArn] };
    grantPrincipal.addToPrincipalPolicy(new PolicyStatement(start));
    grantPrincipal.addToPrincipalPolicy(new PolicyStatement(look));
  }

  private createAssets(images: readonly ResolvedImage[]): ReadonlyMap<string, Asset> {
    return new Map(
      images.flatMap(({ name, source }) =>
        source.kind === "folder"
          ? [[name, new Asset(this, `Folder-${name}`, { path: source.folder })] as const]
          : [],
      ),
    );
  }

  private createProject(props: RunnerImageBuildProps, assets: readonly Asset[]): Project {
    const { repository, logRetention: retention, removalPolicy } = props;
    const logGroup = new LogGroup(this, "Logs", { retention, removalPolicy });
    return new Project(this, "Project", {
      description: "Images of GitHub Actions runners",
      role: this.createRole(logGroup, assets).withoutPolicyUpdates(),
      environment: {
        buildImage: buildImages.X86_64,
        privileged: true,
        environmentVariables: { REPOSITORY_URI: { value: repository.repositoryUri } },
      },
      buildSpec: BuildSpec.fromObject({ version: "0.2", phases: buildPhases }),
      queuedTimeout: Duration.hours(8),
      timeout: Duration.hours(1),
      grantReportGroupPermissions: false,
      logging: { cloudWatch: { logGroup } },
    });
  }

  private createRole(logGroup: LogGroup, assets: readonly Asset[]): Role {
    const statements = [
      new PolicyStatement({
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [logGroup.logGroupArn],
      }),
      new PolicyStatement({
        actions: ["s3:GetObject"],
        resources: assets.map(({ bucket, s3ObjectKey }) => bucket.arnForObjects(s3ObjectKey)),
      }),
      new PolicyStatement({ actions: pushActions, resources: [this.repositoryArn] }),
      // A token is of the registry as a whole: there is no narrower resource.
      new PolicyStatement({ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] }),
    ];
    return new Role(this, "Role", {
      description: "Builds and pushes the images of runners",
      assumedBy: ownService("codebuild.amazonaws.com"),
      inlinePolicies: { build: new PolicyDocument({ statements }) },
    });
  }

  // One rule an image, as a rule takes no more than five targets; all of them share one role.
  private scheduleBuilds(project: Project, expression: string): void {
    const schedule = Schedule.expression(expression);
    for (const [name, builds] of Map.groupBy(this.builds, (build) => build.name)) {
      const targets = builds.map(
        (build) =>
          new CodeBuildProject(project, {
            event: RuleTargetInput.fromObject(toBuildOverrides(build)),
          }),
      );
      new Rule(this, `Schedule-${name}`, { schedule, targets });
    }
  }
}

const buildImages = {
  X86_64: LinuxBuildImage.AMAZON_LINUX_2023_5,
  ARM64: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0,
} as const satisfies Record<Architecture, unknown>;

// Pulls included: an image of one folder may be built from that of another.
const pushActions = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:CompleteLayerUpload",
  "ecr:GetDownloadUrlForLayer",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
];

function toBuilds(image: ResolvedImage, folder: Asset | undefined): readonly ImageBuild[] {
  if (folder === undefined) return [];
  const { name } = image;
  return image.architectures.map((architecture) => ({
    name,
    architecture,
    currentTag: currentTag(name, architecture),
    contentTag: contentTag(name, architecture, folder.assetHash),
    source: folder.s3ObjectUrl,
    buildImage: buildImages[architecture].imageId,
  }));
}
