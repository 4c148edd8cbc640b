import { Aws } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";

import { acknowledge } from "./acknowledgements.ts";
import type { AlarmsConfig } from "./config.ts";

/** Whom alarms are told to: a topic that exists, one of our own that sends mail, or nobody. */
export function createAlarmTopic(
  scope: Construct,
  { topicArn, email }: AlarmsConfig,
): ITopic | undefined {
  if (topicArn !== undefined) return Topic.fromTopicArn(scope, "Topic", topicArn);
  if (email === undefined) return undefined;
  const topic = new Topic(scope, "Topic", { enforceSSL: true });
  topic.addSubscription(new EmailSubscription(email));
  // A policy of its own takes the place of the one by which the account's alarms may publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
    }),
  );
  acknowledge(topic, {
    "Serverless-SNSRedrivePolicy":
      "what a mail server turns away is still in the state of the alarm",
  });
  return topic;
}
