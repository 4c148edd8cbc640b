import { resolve } from "node:path";

import type { Plugin } from "esbuild";

import { bundleFunction, bundleModule } from "../scripts/bundle-function.ts";

/** A module to measure. */
export type Target = {
  /** Path of the module that exports the handler. */
  readonly module: string;
  /** Bytes loaded at start. */
  readonly bytes: number;
};

/** What is measured, by its part in the table, and the script that measures it. */
export type Targets = {
  readonly measure: string;
  readonly webhook: Target;
  readonly webhookFloor: Target;
  readonly launch: Target;
  readonly launchFloor: Target;
  readonly launchWithoutLedger: Target;
};

/** Bundles all that is measured, each in the way of the functions. */
export async function bundleTargets(folder: string): Promise<Targets> {
  const bundle = async (name: string, entry: string, plugins: Plugin[] = []) =>
    toTarget(`${folder}/${name}`, await bundleModule(entry, `${folder}/${name}`, plugins));
  const bundleReal = async (name: string) =>
    toTarget(`${folder}/${name}`, await bundleFunction(name, `${folder}/${name}`));
  const launch = "functions/launch-runner/handler.ts";
  return {
    measure: (await bundle("measure", "bench/child/measure.ts")).module,
    webhook: await bundleReal("receive-webhook"),
    webhookFloor: await bundle("webhook-floor", "bench/floor/receive-webhook.ts"),
    launch: await bundleReal("launch-runner"),
    launchFloor: await bundle("launch-floor", "bench/floor/launch-runner.ts"),
    launchWithoutLedger: await bundle("launch-without-ledger", launch, [ledgerInMemory]),
  };
}

function toTarget(folder: string, { startBytes }: { readonly startBytes: number }): Target {
  return { module: resolve(folder, "index.mjs"), bytes: startBytes };
}

// The same function with its one outside dependency exchanged while it is bundled: no line of it knows.
const ledgerInMemory: Plugin = {
  name: "ledger-in-memory",
  setup: (build) => {
    build.onResolve({ filter: /\/dynamodb-ledger\.ts$/ }, () => ({
      path: resolve("bench/child/instead-of-dynamodb-ledger.ts"),
    }));
  },
};
