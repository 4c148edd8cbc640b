import { Names, Stack } from "aws-cdk-lib";
import { CfnTaskDefinition } from "aws-cdk-lib/aws-ecs";
import type { IRole } from "aws-cdk-lib/aws-iam";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import { type RunnerImage, toSlug } from "./runner-images.ts";

/** Name of the only container in every task definition. */
export const containerName = "runner";

/** What one task definition is made from. */
export interface RunnerTaskProps {
  readonly image: RunnerImage;
  /** Pulls the image and writes the log; the runner itself never sees it. */
  readonly executionRole: IRole;
  readonly logGroup: ILogGroup;
}

/**
 * The task definition of one image on one architecture: RunTask can override neither of them, but
 * everything else that a job may ask for. There is no task role: a runner has no AWS identity.
 */
export class RunnerTask extends Construct {
  readonly image: RunnerImage;
  /** RunTask takes the newest revision of it. */
  readonly family: string;

  constructor(scope: Construct, id: string, props: RunnerTaskProps) {
    super(scope, id);
    const { image, executionRole, logGroup } = props;
    this.image = image;
    // Begins with the name of the stack, so that several can be side by side.
    this.family = Names.uniqueResourceName(this, {
      maxLength: 120,
      separator: "-",
      allowedSpecialCharacters: "-",
    });
    new CfnTaskDefinition(this, "Task", {
      family: this.family,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      // The least there is; every launch overrides it with the size of the job.
      cpu: "256",
      memory: "512",
      runtimePlatform: { cpuArchitecture: image.architecture, operatingSystemFamily: "LINUX" },
      executionRoleArn: executionRole.roleArn,
      containerDefinitions: [
        {
          name: containerName,
          image: image.uri,
          essential: true,
          // The most there is: how long a runner has to hand its job back when Spot ends it.
          stopTimeout: 120,
          logConfiguration: {
            logDriver: "awslogs",
            options: {
              "awslogs-group": logGroup.logGroupName,
              "awslogs-region": Stack.of(this).region,
              "awslogs-stream-prefix": `${image.name}-${toSlug(image.architecture)}`,
            },
          },
        },
      ],
    });
  }
}
