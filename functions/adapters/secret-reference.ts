/**
 * What the names begin with by which Parameter Store passes on what is in Secrets Manager.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
 */
export const secretReference = "/aws/reference/secretsmanager/";
