import { generateKeyPairSync } from "node:crypto";

import { createGitHubClient } from "../../functions/adapters/github-client.ts";
import {
  createGitHubRegistry,
  type RegistryOptions,
} from "../../functions/adapters/github-registry.ts";
import { readGitHubCredentials } from "../../functions/adapters/github-credentials.ts";
import { createRefreshed } from "../../functions/adapters/refreshed.ts";
import type { Job } from "../../functions/core/job.ts";
import { createGitHub } from "../../simulator/github/github.ts";
import type { Repository } from "../../simulator/github/model.ts";
import type { GitHubOptions as SimulatedOptions } from "../../simulator/github/state.ts";
import { createInProcessFetch } from "../../simulator/in-process-fetch.ts";
import { callName } from "../../simulator/simulation/call-name.ts";
import { createVirtualTimeline } from "../../simulator/virtual-timeline.ts";
import type { WireRequest } from "../../simulator/wire.ts";
import { createFakeAws } from "./fake-aws.ts";
import { createTestSurroundings } from "./surroundings.ts";
import { createTestRandom, type Intercept } from "./test-world.ts";

/** Made once a test run: generating an RSA key takes a while. */
export const appKeys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

/** The names under which the App's credentials are kept. */
export const credentialNames = { appId: "/tornade/app-id", privateKey: "/tornade/private-key" };

/** What a test of the registry may set. */
export type TestRegistryOptions = Partial<RegistryOptions> & {
  readonly apiUrl?: string;
  readonly simulated?: Partial<SimulatedOptions>;
};

/** The registry in front of a simulated GitHub with one repository; requests are recorded. */
export function createTestRegistry({ simulated, ...options }: TestRegistryOptions = {}) {
  const timeline = createVirtualTimeline(1_795_262_400_000);
  const gitHub = createGitHub({
    timeline,
    random: createTestRandom(),
    app: { id: 1_010, publicKey: appKeys.publicKey },
    webhookSecret: "a secret for tests",
    deliver: async () => ({ status: 202 }),
    ...simulated,
  });
  const repository = gitHub.addRepository({ fullName: "acme/app" });
  const parameters = new Map([
    [credentialNames.appId, "1010"],
    [credentialNames.privateKey, appKeys.privateKey],
  ]);
  const requests: WireRequest[] = [];
  const outside: { intercept: Intercept } = { intercept: async (_call, next) => next() };
  const apiUrl = options.apiUrl ?? "https://api.github.com";
  const handle = async (request: WireRequest) => {
    requests.push(request);
    return outside.intercept(callName(request), async () => gitHub.handle(request), request);
  };
  const clock = { offset: 0 };
  const surroundings = {
    ...createTestSurroundings(createFakeAws().answer),
    now: () => timeline.now() + clock.offset,
    random: createTestRandom(7),
    fetch: createInProcessFetch(handle, {
      pathPrefix: new URL(apiUrl).pathname.replace(/\/$/u, ""),
    }),
  };
  const client = createGitHubClient(surroundings, {
    apiUrl,
    credentials: createRefreshed(
      async () => readGitHubCredentials(async () => parameters, credentialNames),
      { now: surroundings.now, log: surroundings.log, maximumAge: 300_000, minimumAge: 30_000 },
    ),
  });
  const { scope = "organization", runnerGroupId = 1 } = options;
  const registry = createGitHubRegistry(client, { scope, runnerGroupId });
  return { timeline, gitHub, repository, parameters, requests, outside, clock, registry };
}

export type TestRegistry = ReturnType<typeof createTestRegistry>;

/** A job of a simulated repository, as the envelope tells it. */
export function toJob(
  { id, fullName, owner, private: isPrivate }: Repository,
  overrides: Partial<Job> = {},
): Job {
  return {
    id: 41,
    attempt: 1,
    runId: 14,
    name: "test",
    workflow: "CI",
    headSha: "16c5286e8d9a0629956a28938386b36608707a71",
    labels: ["tornade", "arch=ARM64"],
    repository: { id, fullName, owner: owner.login, ownerType: owner.type, private: isPrivate },
    ...(owner.installationId === undefined ? {} : { installationId: owner.installationId }),
    ...overrides,
  };
}

/** Method and path of each request. */
export function readPaths({ requests }: Pick<TestRegistry, "requests">): readonly string[] {
  return requests.map(({ method, path }) => `${method} ${path}`);
}
