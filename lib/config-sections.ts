import { Token } from "aws-cdk-lib";

import { architectures } from "../functions/core/provider.ts";
import type {
  AlarmsConfig,
  ImageConfig,
  NetworkConfig,
  SecretsConfig,
  TornadeConfig,
} from "./config.ts";
import {
  type Check,
  type Checks,
  choice,
  flag,
  listOf,
  text,
  wholeNumber,
} from "./config-check.ts";

/** The options of one image. */
export const imageChecks: Checks<ImageConfig> = {
  build: text(/^./u, {
    allowed: "a folder with a Dockerfile",
    advice: "name it as seen from where cdk runs",
  }),
  uri: text(/^(?!https?:)[\w.-]+(?::\d+)?(?:\/[\w.-]+)*(?::[\w.-]+)?(?:@sha256:[a-f\d]{64})?$/u, {
    allowed: "the address of an image without https://",
    advice: "write it as docker pull takes it",
  }),
  architectures: listOf(choice(architectures, "leave the list out for both"), {
    allowed: `a list of ${architectures.join(" and ")}, or one of them`,
    advice: "leave it out for both",
  }),
};

/** The options of the network. */
export const networkChecks: Checks<NetworkConfig> = {
  zones: wholeNumber({ least: 2, most: 6 }, "choose no more than the region has"),
  vpcId: text(/^vpc-(?:[a-f\d]{8}|[a-f\d]{17})$/u, {
    allowed: "the id of a VPC",
    advice: "copy it from `aws ec2 describe-vpcs`",
  }),
  subnetIds: listOf(
    text(/^subnet-(?:[a-f\d]{8}|[a-f\d]{17})$/u, {
      allowed: "the id of a subnet",
      advice: "copy it from `aws ec2 describe-subnets`",
    }),
    {
      most: 16,
      allowed: "a list of 1 to 16 ids of subnets",
      advice: "name those that runners should be in",
    },
  ),
  securityGroupId: text(/^sg-(?:[a-f\d]{8}|[a-f\d]{17})$/u, {
    allowed: "the id of a security group",
    advice: "copy it from `aws ec2 describe-security-groups`, or leave it out for a new one",
  }),
  assignPublicIp: flag("set it to false where the subnets have a NAT gateway"),
};

const nameOfSecret = /^\/?[\w.-]+(?:\/[\w.-]+)*$/iu;

// Somebody may have put the secret itself here: what was got is not told.
const secretName: Check = (value, path) =>
  typeof value === "string" && (Token.isUnresolved(value) || nameOfSecret.test(value))
    ? []
    : [
        `${path} should be a name of letters, digits and ., -, _, with / between its parts, got something else; write the name of the secret, never the secret itself`,
      ];

/** The options of the credentials. */
export const secretsChecks: Checks<SecretsConfig> = {
  store: choice(["ssm", "secrets-manager"], "leave it out for 'ssm'"),
  appId: secretName,
  privateKey: secretName,
  webhookSecret: secretName,
  previousWebhookSecret: secretName,
  kmsKeyArn: text(/^arn:aws[a-z-]*:kms:[a-z\d-]+:\d{12}:key\/[\w-]+$/u, {
    allowed: "the ARN of a KMS key, not of an alias",
    advice: "copy it from `aws kms describe-key`, or leave it out for the store's own key",
  }),
};

/** The options of the alarms. */
export const alarmsChecks: Checks<AlarmsConfig> = {
  topicArn: text(/^arn:aws[a-z-]*:sns:[a-z\d-]+:\d{12}:[\w-]+$/u, {
    allowed: "the ARN of an SNS topic",
    advice: "copy it from `aws sns list-topics`",
  }),
  email: text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/u, {
    allowed: "an e-mail address",
    advice: "name one, or a topic as topicArn",
  }),
};

/** The options of the environment. */
export const environmentChecks: Checks<NonNullable<TornadeConfig["env"]>> = {
  account: text(/^\d{12}$/u, {
    allowed: "the 12 digits of an AWS account, as text",
    advice: "copy them from `aws sts get-caller-identity`",
  }),
  region: text(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/u, {
    allowed: "a region like 'eu-west-1'",
    advice: "copy it from `aws ec2 describe-regions`",
  }),
};
