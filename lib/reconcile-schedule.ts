import { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";

import { acknowledge } from "./acknowledgements.ts";
import type { DispatcherFunction } from "./dispatcher-function.ts";

const minute = Duration.minutes(1);

/** Calls a function every minute. A rule, because a schedule of EventBridge Scheduler needs a role. */
export class ReconcileSchedule extends Construct {
  constructor(scope: Construct, id: string, reconcile: DispatcherFunction) {
    super(scope, id);
    const rule = new Rule(this, "Resource", {
      description: "tornade: reconcile",
      schedule: Schedule.rate(minute),
    });
    // A call that failed is not repeated: the next one is due by then and does the same.
    const once = { retryAttempts: 0, maxEventAge: minute };
    rule.addTarget(new LambdaFunction(reconcile.function, once));
    reconcile.function.configureAsyncInvoke(once);
    const reason = "a call that failed is made good by the next, a minute later";
    acknowledge(rule, { "Serverless-EventBusDLQ": reason });
    acknowledge(reconcile.function, {
      "Serverless-LambdaAsyncFailureDestination": reason,
      "Serverless-LambdaDLQ": reason,
    });
  }
}
