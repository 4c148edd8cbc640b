import { createHash } from "node:crypto";

import { readArray, readObject, readText } from "../../functions/core/read-json.ts";
import { encodeJitConfig } from "../../simulator/github/jit-config.ts";

/** What a request to the stub says about itself. */
export type StubRequest = {
  readonly path: string;
  /** `X-Amz-Target`; absent on requests to GitHub. */
  readonly target: string | undefined;
  readonly body: string;
};

/** The answer, and under which name the call is counted. */
export type StubAnswer = { readonly kind: string; readonly status: number; readonly body: string };

type Answer = (body: string) => object;

/** The least that SSM, SQS, DynamoDB, ECS, CodeBuild and GitHub have to answer; nothing is remembered. */
export function createAnswers(
  parameters: Readonly<Record<string, string>>,
): (request: StubRequest) => StubAnswer {
  const jitConfig = createJitConfig();
  const answers = new Map<string, Answer>([
    ["GetParameters", (body) => getParameters(parameters, body)],
    ["SendMessage", sendMessage],
    ["PutItem", () => ({})],
    ["RunTask", runTask],
    ["StartBuild", () => ({ build: { id: "tornade:1", buildStatus: "IN_PROGRESS" } })],
    ["access_tokens", createToken],
    ["generate-jitconfig", (body) => createRunner(jitConfig, body)],
  ]);
  return ({ path, target, body }) => {
    const kind = (target ?? path).split(/[./]/u).at(-1) ?? "";
    const answer = answers.get(kind);
    if (answer === undefined) return { kind, status: 404, body: '{"message":"not in the stub"}' };
    // GitHub creates, AWS answers.
    return { kind, status: target === undefined ? 201 : 200, body: JSON.stringify(answer(body)) };
  };
}

// Some 4,200 characters, as GitHub's have.
function createJitConfig(): string {
  const runner = {
    id: 23,
    name: "tornade-12877621891-1-1",
    scope: "acme",
    groupId: 1,
    labels: [],
    clientId: "00000000-0000-4000-8000-000000000000",
    status: "unused",
    jobId: null,
  } as const;
  return encodeJitConfig(runner, "_work", Math.random);
}

function getParameters(parameters: Readonly<Record<string, string>>, body: string): object {
  const names = readArray(readObject(JSON.parse(body), "input")["Names"], "Names").map(String);
  const found = names.filter((name) => name in parameters);
  return {
    Parameters: found.map((name) => ({
      Name: name,
      Value: parameters[name],
      Type: "SecureString",
    })),
    InvalidParameters: names.filter((name) => !(name in parameters)),
  };
}

function sendMessage(body: string): object {
  const message = readText(readObject(JSON.parse(body), "input")["MessageBody"], "MessageBody");
  // The SDK compares it.
  const digest = createHash("md5").update(message).digest("hex");
  return { MessageId: "00000000-0000-4000-8000-000000000001", MD5OfMessageBody: digest };
}

function runTask(): object {
  const taskArn =
    "arn:aws:ecs:eu-west-1:123456789012:task/tornade/0123456789abcdef0123456789abcdef";
  return {
    tasks: [{ taskArn, lastStatus: "PROVISIONING", desiredStatus: "RUNNING" }],
    failures: [],
  };
}

function createToken(): object {
  return {
    token: "ghs_benchmark",
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    permissions: { organization_self_hosted_runners: "write" },
    repository_selection: "selected",
  };
}

function createRunner(jitConfig: string, body: string): object {
  const { name, labels } = readObject(JSON.parse(body), "input");
  const entries = readArray(labels, "labels").map((label) => ({ name: label, type: "custom" }));
  const runner = { id: 23, name, os: "unknown", status: "offline", busy: false, labels: entries };
  return { runner, encoded_jit_config: jitConfig };
}
