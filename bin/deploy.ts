import { App } from "aws-cdk-lib";

import { ConfigError } from "../lib/config-error.ts";
import { TornadeStack } from "../lib/tornade-stack.ts";
import { config } from "../tornade.config.ts";

const createStack = () => new TornadeStack(new App({ analyticsReporting: false }), config);

try {
  createStack();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  // An operator's mistake is told in its own words; where in the code it was found helps nobody.
  console.error(error.message);
  process.exitCode = 1;
}
