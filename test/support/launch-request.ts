import { randomBytes } from "node:crypto";

import type { RunnerSpec } from "../../functions/core/labels.ts";
import type { LaunchRequest } from "../../functions/core/runner-provider.ts";

/** A JIT config of the size and form that GitHub's have; `bytes` of it cannot be compressed. */
export function createJitConfig(bytes = 1_300): string {
  const files = { ".runner": { AgentId: 1 }, ".credentials_rsaparams": randomBytes(bytes) };
  const encoded = Object.entries(files).map(([name, content]) => [
    name,
    Buffer.from(
      JSON.stringify(content instanceof Buffer ? content.toString("base64") : content),
    ).toString("base64"),
  ]);
  return Buffer.from(JSON.stringify(Object.fromEntries(encoded))).toString("base64");
}

/** What a provider is asked for, with what a test asks for instead. */
export function launchRequest(
  overrides: Partial<Omit<LaunchRequest, "spec">> & { readonly spec?: Partial<RunnerSpec> } = {},
): LaunchRequest {
  const { spec, ...rest } = overrides;
  return {
    runnerName: "tornade-41987654321-1-1",
    provider: "FARGATE",
    repository: "acme/app",
    encodedJitConfig: createJitConfig(),
    environment: { RUNNER_NAME: "tornade-41987654321-1-1", TORNADE_REPOSITORY: "acme/app" },
    tags: { "tornade:runner": "tornade-41987654321-1-1" },
    ...rest,
    spec: {
      rungs: ["FARGATE"],
      architecture: "X86_64",
      cpu: 1,
      memory: 2,
      disk: 20,
      image: "default",
      timeoutMinutes: 360,
      ...spec,
    },
  };
}
