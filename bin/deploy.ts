import { App } from "aws-cdk-lib";

import { ConfigError } from "../lib/config-error.ts";
import { loadConfig } from "../lib/load-config.ts";
import { TornadeStack } from "../lib/tornade-stack.ts";

const createStack = async () => {
  const config = await loadConfig(async () => import("../tornade.config.ts"));
  return new TornadeStack(new App({ analyticsReporting: false }), config);
};

try {
  await createStack();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  // An operator's mistake is told in its own words; where in the code it was found helps nobody.
  console.error(error.message);
  process.exitCode = 1;
}
