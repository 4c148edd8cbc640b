import type { RemovalPolicy } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import type { ResolvedConfig } from "./resolved-config.ts";
import { acknowledgeRunners } from "./runner-acknowledgements.ts";
import { RunnerBuild } from "./runner-build.ts";
import { RunnerCluster } from "./runner-cluster.ts";
import { RunnerImageBuild } from "./runner-image-build.ts";
import { RunnerImageRepository } from "./runner-image-repository.ts";
import { runnerImageTable, toRunnerImages } from "./runner-images.ts";
import { RunnerNetwork } from "./runner-network.ts";

/** What runners are made from. */
export interface RunnersProps {
  readonly config: ResolvedConfig;
  readonly logRetention: RetentionDays;
  /** What becomes of their log and images when the stack goes. */
  readonly removalPolicy: RemovalPolicy;
}

/** Everything that runners run on: on Fargate and on CodeBuild, from the same images. */
export class Runners extends Construct {
  readonly network: RunnerNetwork;
  readonly cluster: RunnerCluster;
  readonly build: RunnerBuild;
  /** Where images that come from folders are; undefined where none does. */
  readonly imageRepository: RunnerImageRepository | undefined;
  /** Builds the images that come from folders; undefined where none does. */
  readonly imageBuild: RunnerImageBuild | undefined;
  /** The image table that the functions read. */
  readonly imageTable: string;

  constructor(scope: Construct, id: string, { config, ...kept }: RunnersProps) {
    super(scope, id);
    this.imageRepository = config.images.some(({ source }) => source.kind === "folder")
      ? new RunnerImageRepository(this, "Images", kept)
      : undefined;
    const repository = this.imageRepository;
    this.imageBuild = repository && this.createImageBuild(repository, { config, ...kept });
    const repositoryRoles = Object.values(config.repositoryRoles);
    const images = toRunnerImages(this, config.images, repository);
    this.network = new RunnerNetwork(this, "Network", config.network);
    this.cluster = new RunnerCluster(this, "Fargate", { images, repositoryRoles, ...kept });
    const { logGroup, tasks } = this.cluster;
    this.build = new RunnerBuild(this, "CodeBuild", { images, repositoryRoles, logGroup });
    this.imageTable = runnerImageTable(this, tasks);
    acknowledgeRunners(this);
  }

  /** Lets a function start and stop runners. */
  grantLaunch(grantee: IGrantable): void {
    this.cluster.grantLaunch(grantee);
    this.build.grantLaunch(grantee);
  }

  /** Lets a function look for runners that nobody needs. */
  grantList(grantee: IGrantable): void {
    this.cluster.grantList(grantee);
    this.build.grantList(grantee);
  }

  private createImageBuild(
    repository: RunnerImageRepository,
    { config, ...kept }: RunnersProps,
  ): RunnerImageBuild {
    const { images, imageSchedule: schedule } = config;
    return new RunnerImageBuild(this, "ImageBuild", { images, repository, schedule, ...kept });
  }
}
