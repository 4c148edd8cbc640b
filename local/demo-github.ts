import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";

import type { Fetch } from "../functions/adapters/node-fetch.ts";
import { settingNames } from "../functions/adapters/settings.ts";
import type { Environment } from "../functions/adapters/surroundings.ts";
import type { ReceiveWebhook } from "../functions/receive-webhook/receive-webhook.ts";
import { createGitHub, type GitHub } from "../simulator/github/github.ts";
import { createInProcessFetch } from "../simulator/in-process-fetch.ts";
import { realTimeline } from "../simulator/timeline.ts";
import { secretNames } from "./local-platform.ts";

/** A simulated GitHub without AWS beside it. */
export type DemoGitHub = {
  readonly gitHub: GitHub;
  /** Settings and secrets of a dispatcher for it. */
  readonly env: Environment;
  /** Carries requests to it. */
  readonly fetch: Fetch;
  /** Says who receives its webhooks. */
  readonly connect: (receive: ReceiveWebhook) => void;
};

const appId = 1_010;

/** A GitHub whose App has a key and a secret that nobody else knows. */
export function createDemoGitHub(): DemoGitHub {
  const { privateKey, publicKey } = createKeys();
  const webhookSecret = randomBytes(24).toString("hex");
  const late: { receive?: ReceiveWebhook } = {};
  const gitHub = createGitHub({
    timeline: realTimeline,
    random: Math.random,
    app: { id: appId, publicKey },
    webhookSecret,
    deliver: async ({ method, path, headers, body }) => {
      const requestContext = { http: { method } };
      const answer = await late.receive?.({ rawPath: path, headers, requestContext, body });
      return { status: answer?.statusCode ?? 503 };
    },
    assignmentDelayMilliseconds: 200,
    deliveryDelayMilliseconds: 100,
  });
  return {
    gitHub,
    fetch: createInProcessFetch(gitHub.handle),
    env: {
      [secretNames.appId]: String(appId),
      [secretNames.privateKey]: privateKey,
      [secretNames.webhookSecret]: webhookSecret,
      [settingNames.gitHubApiUrl]: "http://127.0.0.1",
      [settingNames.owners]: "acme",
      // Of its own: what a killed demo left behind is known, and no other runner is touched.
      [settingNames.runnerPrefix]: "tornade-demo",
    },
    connect: (receive) => {
      late.receive = receive;
    },
  };
}

function createKeys(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  return { privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(), publicKey };
}
