/** All that launch-runner does not start without. */
export const dispatchEnv = {
  TORNADE_APP_ID_PARAMETER: "/tornade/app-id",
  TORNADE_CLUSTER: "tornade",
  TORNADE_CODEBUILD_PROJECT: "tornade",
  TORNADE_DEAD_LETTER_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/dead",
  TORNADE_IMAGES: '{"default":{"X86_64":{"taskDefinition":"tornade-default"}}}',
  TORNADE_LEDGER_TABLE: "tornade",
  TORNADE_OWNERS: "acme",
  TORNADE_PRIVATE_KEY_PARAMETER: "/tornade/private-key",
  TORNADE_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
  TORNADE_SECURITY_GROUPS: "sg-0a",
  TORNADE_SUBNETS: "subnet-0a",
} as const;
