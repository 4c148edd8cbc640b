import { Annotations, CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";

import type { TornadeConfig } from "./config.ts";
import { readConfig } from "./read-config.ts";
import { Tornade } from "./tornade.ts";

/** What tornade.config.ts comes with. */
const exampleOwner = "your-organization";

/** One tornade in a stack of its own. */
export class TornadeStack extends Stack {
  readonly tornade: Tornade;

  constructor(scope: Construct, config: TornadeConfig) {
    // First of all: CDK would tell mistakes in these in words of its own, and no others.
    const { stackName, env, tags } = readConfig(config);
    super(scope, stackName, {
      stackName,
      description: "tornade: one ephemeral GitHub Actions runner for every queued job",
      analyticsReporting: false,
      ...(env === undefined ? {} : { env }),
      tags,
    });
    this.tornade = new Tornade(this, "Tornade", config);
    if (config.owners.includes(exampleOwner)) warnOfExample(this);
    this.tell(this.tornade);
  }

  // What a person, or the command line, needs to find again.
  private tell({ webhookUrl, jobs, ledger, runners, dispatcher }: Tornade): void {
    const images = runners.imageRepository;
    const outputs = {
      WebhookUrl: webhookUrl,
      QueueUrl: jobs.queue.queueUrl,
      DeadLetterQueueUrl: jobs.deadLetterQueue.queueUrl,
      DeadStateChangesUrl: dispatcher.deadStateChanges.queueUrl,
      LedgerTable: ledger.table.tableName,
      Cluster: runners.cluster.clusterName,
      CodeBuildProject: runners.build.projectName,
      RunnerLogGroup: runners.cluster.logGroup.logGroupName,
      ...(images === undefined ? {} : { ImageRepository: images.repositoryUri }),
    };
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }
}

function warnOfExample(stack: Stack): void {
  Annotations.of(stack).addWarningV2(
    "tornade:example-owner",
    `owners still names '${exampleOwner}', as an example; name whom tornade serves, as it serves nobody else`,
  );
}
