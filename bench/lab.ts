import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createBenchAccount } from "./account.ts";
import { bundleTargets, type Targets } from "./bundle-targets.ts";
import { createBatches, createDelivery } from "./events.ts";
import { type Plan, runSample, type Sample } from "./run-sample.ts";
import { createCertificate } from "./stub/certificate.ts";
import type { StubCounts } from "./stub/serve-stub.ts";
import { startStub } from "./stub/start-stub.ts";

/** Events, and what every answer to one has in it. */
export type Work = Pick<Plan, "events" | "expected">;

/** Everything a measurement needs. */
export type Lab = {
  readonly targets: Targets;
  readonly work: Readonly<Record<"queued" | "ignored" | "launch", Work>>;
  /** A function that runs a plan again and again, each time in a fresh process. */
  readonly prepare: (plan: Plan) => () => Promise<Sample>;
  /** What was called since the last time; from now on every answer waits so long, in milliseconds. */
  readonly restart: (delay: number) => Promise<StubCounts>;
  readonly close: () => void;
};

/** Bundles what is measured, starts the stub, and makes events for an account; leaves no files behind. */
export async function openLab(): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), "tornade-bench-"));
  const targets = await bundleTargets(folder);
  const { parameters, toEnvironment, webhookSecret } = createBenchAccount();
  const certificate = createCertificate(Date.now());
  const stub = await startStub({ ...certificate, parameters });
  const authority = join(folder, "certificate.pem");
  writeFileSync(authority, certificate.certificate);
  const env = { ...toEnvironment(stub.url), NODE_EXTRA_CA_CERTS: authority };
  let plans = 0;
  return {
    targets,
    work: createWork(webhookSecret),
    prepare: (plan) => {
      const file = join(folder, `plan-${(plans += 1)}.json`);
      writeFileSync(file, JSON.stringify(plan));
      return async () => runSample(targets.measure, file, env);
    },
    restart: stub.restart,
    close: () => {
      stub.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function createWork(secret: string): Lab["work"] {
  const ours = ["tornade", "4747967848", "cpu=2"];
  return {
    queued: { events: [createDelivery(secret, ours)], expected: '"statusCode":202' },
    ignored: { events: [createDelivery(secret, ["ubuntu-latest"])], expected: '"statusCode":200' },
    launch: { events: createBatches(1_000, 1), expected: '"batchItemFailures":[]' },
  };
}
