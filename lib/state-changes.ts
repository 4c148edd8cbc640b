import { Duration } from "aws-cdk-lib";
import { EventField, type EventPattern, Rule, RuleTargetInput } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";

import { stateChangeFields, stateChangePatterns } from "../functions/core/state-change.ts";
import { acknowledge } from "./acknowledgements.ts";
import type { DispatcherFunction } from "./dispatcher-function.ts";

/** Whose state changes go where. */
export interface StateChangesProps {
  readonly clusterArn: string;
  readonly projectName: string;
  readonly follower: DispatcherFunction;
}

type StateChange = keyof typeof stateChangeFields;

/** Tells a function of every runner that ended: of its ids, status and reasons, and no more than these. */
export class StateChanges extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { clusterArn, projectName, follower }: StateChangesProps,
  ) {
    super(scope, id);
    this.addRule(follower, "ECS Task State Change", {
      source: ["aws.ecs"],
      detail: { clusterArn: [clusterArn] },
    });
    this.addRule(follower, "CodeBuild Build State Change", {
      source: ["aws.codebuild"],
      detail: { "project-name": [projectName] },
    });
  }

  private addRule(follower: DispatcherFunction, change: StateChange, pattern: EventPattern): void {
    const rule = new Rule(this, change.slice(0, change.indexOf(" ")), {
      description: `tornade: ${change}`,
      eventPattern: {
        ...pattern,
        detailType: [change],
        detail: { ...pattern.detail, ...stateChangePatterns[change] },
      },
    });
    const event = toInput(change);
    // By then reconcile has found the runner gone.
    rule.addTarget(
      new LambdaFunction(follower.function, { event, maxEventAge: Duration.hours(1) }),
    );
    // EventBridge puts the raw event there, with the runner's environment and its JIT config in it:
    // https://github.com/serverless/serverless/issues/4647. The function's own dead-letter queue has
    // the event as the function got it; what never got that far is found by reconcile.
    acknowledge(rule, {
      "Serverless-EventBusDLQ": "a rule's dead-letter queue would keep the secrets of runners",
    });
  }
}

// EventBridge puts quotes around what it fills in, escapes what is in it, and writes "" for what is absent.
function toInput(change: StateChange): RuleTargetInput {
  const fields = Object.entries(stateChangeFields[change]);
  const detail = Object.fromEntries(
    fields.map(([name, path]) => [name, EventField.fromPath(path)]),
  );
  return RuleTargetInput.fromObject({ "detail-type": change, time: EventField.time, detail });
}
