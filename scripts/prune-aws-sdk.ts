import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import type { Plugin } from "esbuild";

/**
 * Leaves out of a bundle what the functions never use of the AWS SDK and esbuild cannot tell: a third
 * of what a cold start would load. Where the SDK looks different one day, nothing is left out, and
 * the budget of the bundle says so.
 */
export const pruneAwsSdk: Plugin = {
  name: "prune-aws-sdk",
  setup: (build) => {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: resolve("scripts/no-credential-chain.ts"),
    }));
    build.onLoad({ filter: /client-[a-z-]+\/dist-es\/schemas\/schemas_0\.js$/ }, ({ path }) => {
      const code = readFileSync(path, "utf8");
      return { contents: markPure(path.includes("client-dynamodb") ? code : dropErrors(code)) };
    });
  },
};

// The errors of a service (SSM has 140) register themselves. Unregistered they arrive as its base error,
// of the same name, message and status, and more is asked of DynamoDB's only, which the ledger tells by class.
function dropErrors(code: string): string {
  return code.replaceAll(/^n\d+_registry\.registerError\(.*$/gmu, "");
}

// Schemas are arrays whose computed keys could have side effects, for all that esbuild knows: they
// would stay in the bundle, used or not.
function markPure(code: string): string {
  return code.replaceAll(
    /^((?:export )?(?:const|var) \w+\$? = )(\[[^;]*\]);$/gmu,
    "$1/* @__PURE__ */ (() => $2)();",
  );
}
