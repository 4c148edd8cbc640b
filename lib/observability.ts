import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import { Alarms } from "./alarms.ts";
import { Dashboard } from "./dashboard.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { JobQueue } from "./job-queue.ts";
import type { ResolvedConfig } from "./resolved-config.ts";
import { SavedQueries } from "./saved-queries.ts";
import type { WebhookApi } from "./webhook-api.ts";

/** What is looked at. */
export interface ObservabilityProps {
  readonly config: ResolvedConfig;
  readonly jobs: JobQueue;
  readonly dispatcher: Dispatcher;
  readonly webhook: WebhookApi;
  readonly runnerLogGroup: ILogGroup;
}

/** What a person looks at: the dashboard, the alarms and the questions to the logs. */
export class Observability extends Construct {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const { config, jobs, dispatcher, webhook, runnerLogGroup } = props;
    const { stackName, runnerPrefix, alarms, dashboard } = config;
    const { queue, deadLetterQueue } = jobs;
    const { receiveWebhook, launchRunner, followRunner, reconcile } = dispatcher;
    const shown = {
      stackName,
      runnerPrefix,
      queue,
      deadLetterQueues: {
        DeadLetters: deadLetterQueue,
        DeadStateChanges: dispatcher.deadStateChanges,
      },
    };
    new Alarms(this, "Alarms", { ...shown, api: webhook.api, notify: alarms });
    const functions = {
      "receive-webhook": receiveWebhook.function,
      "launch-runner": launchRunner.function,
      "follow-runner": followRunner.function,
      reconcile: reconcile.function,
    };
    if (dashboard) new Dashboard(this, "Dashboard", { ...shown, functions });
    const logGroups = Object.values(functions).map(({ logGroup }) => logGroup);
    new SavedQueries(this, "Queries", { stackName, logGroups, runnerLogGroup });
  }
}
