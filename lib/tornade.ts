import { RemovalPolicy, Stack, Tags, Token } from "aws-cdk-lib";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import type { TornadeConfig } from "./config.ts";
import { Dispatcher } from "./dispatcher.ts";
import { JobQueue } from "./job-queue.ts";
import { LedgerTable } from "./ledger-table.ts";
import { Observability } from "./observability.ts";
import { readConfig } from "./read-config.ts";
import { ReconcileSchedule } from "./reconcile-schedule.ts";
import type { ResolvedConfig } from "./resolved-config.ts";
import { Runners } from "./runners.ts";
import { StateChanges } from "./state-changes.ts";
import { WebhookApi } from "./webhook-api.ts";

/** The whole system: from GitHub's webhook to runners on Fargate and CodeBuild. */
export class Tornade extends Construct {
  /** What goes into the webhook settings of the GitHub App. */
  readonly webhookUrl: string;
  /** The config with every default filled in. */
  readonly config: ResolvedConfig;
  readonly jobs: JobQueue;
  readonly ledger: LedgerTable;
  readonly runners: Runners;
  readonly dispatcher: Dispatcher;
  readonly webhook: WebhookApi;

  constructor(scope: Construct, id: string, props: TornadeConfig) {
    super(scope, id);
    const config = readConfig(nameAfterStack(this, props));
    const { retain, deletionProtection } = config;
    const removalPolicy = retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const logRetention: RetentionDays = config.logRetentionDays;
    const kept = { logRetention, removalPolicy };
    this.config = config;
    this.runners = new Runners(this, "Runners", { config, ...kept });
    this.jobs = new JobQueue(this, "Jobs");
    this.ledger = new LedgerTable(this, "Ledger", { deletionProtection, removalPolicy });
    const { runners, jobs, ledger } = this;
    this.dispatcher = new Dispatcher(this, "Dispatcher", {
      config,
      runners,
      jobs,
      ledger,
      ...kept,
    });
    const { receiveWebhook: receiver, followRunner, reconcile } = this.dispatcher;
    this.webhook = new WebhookApi(this, "Webhook", { receiver, ...kept });
    this.webhookUrl = this.webhook.url;
    new StateChanges(this, "StateChanges", {
      clusterArn: runners.cluster.clusterArn,
      projectName: runners.build.projectName,
      follower: followRunner,
    });
    new ReconcileSchedule(this, "Schedule", reconcile);
    const { dispatcher, webhook } = this;
    const runnerLogGroup = runners.cluster.logGroup;
    const watched = { config, jobs, dispatcher, webhook, runnerLogGroup };
    new Observability(this, "Observability", watched);
    const tags = { "tornade:stack": config.stackName, ...config.tags };
    for (const [key, value] of Object.entries(tags)) Tags.of(this).add(key, value);
  }
}

// In an app of somebody else the stack has a name already; parameters and runners are called after it.
function nameAfterStack(construct: Construct, config: TornadeConfig): TornadeConfig {
  const { stackName } = Stack.of(construct);
  return Token.isUnresolved(stackName) ? config : { ...config, stackName };
}
