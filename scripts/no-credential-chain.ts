/**
 * Stands in for the SDK's search for credentials (profiles, SSO, metadata services) in the bundles:
 * Lambda puts those of the role into the environment, where `createAwsClientConfig` finds them.
 */
export function defaultProvider(): () => Promise<never> {
  return async () => {
    throw new Error("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; Lambda sets them");
  };
}
