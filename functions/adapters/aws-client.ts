import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import type { SQSClientConfig } from "@aws-sdk/client-sqs";

import type { Environment, Surroundings } from "./surroundings.ts";

/** What every AWS client is made with. */
export type AwsClientConfig = Pick<SQSClientConfig, SettingOfAll> &
  Pick<DynamoDBClientConfig, "accountIdEndpointMode" | "endpointDiscoveryEnabled">;

type SettingOfAll =
  | "requestHandler"
  | "signer"
  | "defaultUserAgentProvider"
  | "retryStrategy"
  | "maxAttempts"
  | "region"
  | "endpoint"
  | "credentials"
  | "defaultsMode"
  | "useFipsEndpoint"
  | "useDualstackEndpoint"
  | "userAgentAppId"
  | "authSchemePreference"
  | "disableClockSkewCorrection"
  | "cacheMiddleware";

/** What an AWS client does for every call, by name, and what it copies for every call. */
type HasSteps = {
  readonly middlewareStack: { readonly remove: (name: string) => boolean };
  readonly config: object;
};

/** An AWS client in its surroundings, without the one step for every call that nobody gets to see. */
export function createAwsClient<Client extends HasSteps>(
  Client: new (config: AwsClientConfig) => Client,
  surroundings: Surroundings,
): Client {
  const client = new Client(createAwsClientConfig(surroundings));
  // It copies what was asked and answered for a logger that there is not.
  client.middlewareStack.remove("loggerMiddleware");
  // V8 lays a prototype out for fast reading. The copies take a quarter of a call's processor time else.
  Object.create(client.config);
  return client;
}

/**
 * The configuration of every AWS client: settings given at once rather than searched for in files,
 * and `AWS_ENDPOINT_URL` honoured by all services, SQS with its absolute queue URLs included.
 */
export function createAwsClientConfig({
  env,
  requestHandler,
  awsClients,
}: Surroundings): AwsClientConfig {
  const endpoint = env["AWS_ENDPOINT_URL"];
  const credentials = readCredentials(env);
  return {
    requestHandler,
    retryStrategy: retryOnceButNeverThrottles,
    region: env["AWS_REGION"] ?? "us-east-1",
    useFipsEndpoint: env["AWS_USE_FIPS_ENDPOINT"] === "true",
    useDualstackEndpoint: env["AWS_USE_DUALSTACK_ENDPOINT"] === "true",
    ...usual,
    ...awsClients,
    ...(endpoint === undefined || endpoint === "" ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

// What nobody sets here but the SDK would look for in two files under ~/.aws, at the first call.
const usual = {
  defaultsMode: "standard",
  maxAttempts: 2,
  userAgentAppId: "tornade",
  authSchemePreference: ["sigv4"],
  disableClockSkewCorrection: false,
  // Else the middleware of a command is put together anew for every request.
  cacheMiddleware: true,
  accountIdEndpointMode: "disabled",
  endpointDiscoveryEnabled: false,
} satisfies Partial<AwsClientConfig>;

function readCredentials(env: Environment): AwsClientConfig["credentials"] {
  const accessKeyId = env["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"];
  const sessionToken = env["AWS_SESSION_TOKEN"];
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const keys = { accessKeyId, secretAccessKey };
  return sessionToken === undefined ? keys : { ...keys, sessionToken };
}

type RetryStrategy = Exclude<
  NonNullable<SQSClientConfig["retryStrategy"]>,
  { readonly retry: unknown }
>;

/** Nothing waits inside a function: one repetition at once for what may pass, none for a throttle. */
const retryOnceButNeverThrottles: RetryStrategy = {
  acquireInitialRetryToken: async () => createRetryToken(0),
  refreshRetryTokenForRetry: async (token, { errorType }) => {
    if (token.getRetryCount() >= 1 || errorType === "THROTTLING" || errorType === "CLIENT_ERROR") {
      throw new Error("not to be repeated");
    }
    return createRetryToken(token.getRetryCount() + 1);
  },
  recordSuccess: () => {},
};

function createRetryToken(count: number) {
  return { getRetryCount: () => count, getRetryDelay: () => 0 };
}
