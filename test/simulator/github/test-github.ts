import { generateKeyPairSync, sign } from "node:crypto";
import { createAppAuth } from "@octokit/auth-app";
import { request } from "@octokit/request";
import { expect } from "vitest";
import { createGitHub, type GitHub } from "../../../simulator/github/github.ts";
import type { GitHubOptions } from "../../../simulator/github/state.ts";
import { createInProcessFetch } from "../../../simulator/in-process-fetch.ts";
import { createVirtualTimeline } from "../../../simulator/virtual-timeline.ts";
import type { WireRequest } from "../../../simulator/wire.ts";
import { withDescribedAnswers } from "./described-answers.ts";

/** Made once a test run: generating an RSA key takes a while. */
export const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

export const appId = 123_456;
export const webhookSecret = "a secret for tests";

/** What a JIT config is asked for with, unless a test says otherwise. */
export const newRunner = { name: "tornade-1-1-1", runner_group_id: 1, labels: ["tornade"] };

/** A repeatable stand-in for Math.random. */
export function createTestRandom(): () => number {
  let state = 12_345;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** A GitHub with repository acme/app, what it has sent, and a client for its REST API. */
export function createTestGitHub(overrides: Partial<GitHubOptions> = {}) {
  const timeline = createVirtualTimeline(Date.now());
  const received: WireRequest[] = [];
  const gitHub = createGitHub({
    timeline,
    random: createTestRandom(),
    app: { id: appId, publicKey: keys.publicKey },
    webhookSecret,
    deliver: async (delivered) => {
      received.push(delivered);
      return { status: 202 };
    },
    ...overrides,
  });
  const repository = gitHub.addRepository({ fullName: "acme/app" });
  const installationId = repository.owner.installationId ?? 0;
  const { client, appAuth } = createClient(gitHub);
  return { timeline, gitHub, repository, installationId, received, client, appAuth };
}

function createClient(gitHub: GitHub) {
  const fetch = createInProcessFetch(withDescribedAnswers(gitHub.handle), {
    pathPrefix: "/api/v3",
  });
  const client = request.defaults({ baseUrl: "http://github.test/api/v3", request: { fetch } });
  const appAuth = createAppAuth({ appId, privateKey: keys.privateKey, request: client });
  return { client, appAuth };
}

export type TestGitHub = ReturnType<typeof createTestGitHub>;

/** The `authorization` header of an installation token. */
export async function authorize(
  { appAuth, installationId }: Pick<TestGitHub, "appAuth" | "installationId">,
  scope: {
    readonly permissions?: Readonly<Record<string, string>>;
    readonly repositoryIds?: number[];
  } = {},
): Promise<{ readonly authorization: string }> {
  const { token } = await appAuth({ type: "installation", installationId, ...scope });
  return { authorization: `token ${token}` };
}

/** The `authorization` header of the App itself. */
export async function authorizeApp({ appAuth }: Pick<TestGitHub, "appAuth">) {
  const { token } = await appAuth({ type: "app" });
  return { authorization: `bearer ${token}` };
}

/** A JSON web token with the claims given, signed like an App's. */
export function signJwt(claims: object, privateKey = keys.privateKey): string {
  const signed = `${encodePart({ alg: "RS256", typ: "JWT" })}.${encodePart(claims)}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
}

function encodePart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** What octokit's error for such an answer matches. */
export function apiError(status: number, message: string): object {
  const text: unknown = expect.stringContaining(message);
  return { status, message: text };
}

/** Posts what a typed client would not send; answers status and message. */
export async function post(
  { gitHub }: Pick<TestGitHub, "gitHub">,
  path: string,
  { headers, body }: { readonly headers: Headers; readonly body: unknown },
): Promise<{ readonly status: number; readonly message: string }> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await gitHub.handle({ method: "POST", path, headers, body: text });
  const { message } = readObject(JSON.parse(answer.body));
  return { status: answer.status, message: String(message) };
}

type Headers = { readonly authorization: string };

/** Registers an organization runner and gives its JIT config. */
export async function mintJitConfig(
  test: TestGitHub,
  overrides: Partial<typeof newRunner> = {},
): Promise<string> {
  const { data } = await test.client("POST /orgs/{org}/actions/runners/generate-jitconfig", {
    org: "acme",
    headers: await authorize(test),
    ...newRunner,
    ...overrides,
  });
  return data.encoded_jit_config;
}

/** What each webhook said, in the order they were sent. */
export function readEvents({ received }: Pick<TestGitHub, "received">): readonly WebhookBody[] {
  return received.map(({ body }) => parseWebhook(body));
}

/** The part of a webhook that tests look at. */
export type WebhookBody = {
  readonly action: string;
  readonly workflow_job: Readonly<Record<string, unknown>>;
  readonly repository: Readonly<Record<string, unknown>>;
  readonly installation: Readonly<Record<string, unknown>>;
};

function parseWebhook(body: string): WebhookBody {
  const fields = readObject(JSON.parse(body));
  return {
    action: String(fields["action"]),
    workflow_job: readObject(fields["workflow_job"]),
    repository: readObject(fields["repository"]),
    installation: readObject(fields["installation"]),
  };
}

/** The fields of an object, none of anything else. */
export function readObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
