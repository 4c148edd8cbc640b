import { App, CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";

// In an app of your own: "tornade/lib/tornade.ts"; docs/deploy.md says how it gets there.
import { Tornade } from "../../lib/tornade.ts";

/** A platform team's stack, with runners beside whatever else it has. */
export class PlatformStack extends Stack {
  readonly runners: Tornade;
  /** Goes into the webhook settings of the GitHub App. */
  readonly webhookUrl: CfnOutput;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // The options of tornade.config.ts. Credentials and runners are named after this stack: the id of
    // its GitHub App is expected in the parameter /Platform/app-id.
    this.runners = new Tornade(this, "Runners", {
      owners: ["acme"],
      launchLabel: "acme-linux",
      defaults: { "runs-on": "FARGATE_SPOT", arch: "ARM64" },
    });
    this.webhookUrl = new CfnOutput(this, "WebhookUrl", { value: this.runners.webhookUrl });
    // Every part can be reached: this tells when other functions of the account leave it no room.
    this.runners.dispatcher.launchRunner.function
      .metricThrottles()
      .createAlarm(this, "Throttles", { threshold: 1, evaluationPeriods: 5 });
  }
}

/** `npx cdk deploy --app "node examples/embedded-app/app.ts"` deploys it. */
export const platform = new PlatformStack(new App(), "Platform");
