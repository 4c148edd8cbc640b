import { describe, expect, it } from "vitest";

import { compactJitConfig } from "../../functions/adapters/compact-jit-config.ts";
import { readObject } from "../../functions/core/read-json.ts";
import { readLedger } from "../../local/read-ledger.ts";
import { jsonResponse, type WireResponse } from "../../simulator/wire.ts";
import { listTasks, readDeadLetters } from "../support/machines.ts";
import {
  createTestWorld,
  privateKey,
  type TestWorld,
  webhookSecret,
} from "../support/test-world.ts";

/** What must be seen nowhere, noted as it goes by: tokens, JIT configs, JWTs and signatures. */
function watchSecrets() {
  const tokens = new Set<string>();
  const jitConfigs = new Set<string>();
  const note = ({ body }: WireResponse): void => {
    if (!body.startsWith("{")) return;
    const { token, encoded_jit_config: jitConfig } = readObject(JSON.parse(body), "body");
    if (typeof token === "string") tokens.add(token);
    if (typeof jitConfig === "string") jitConfigs.add(jitConfig).add(compactJitConfig(jitConfig));
  };
  return { tokens, jitConfigs, note };
}

/** Every stretch of 24 characters of a secret, so that a part of it is found as well. */
function toPieces(secret: string): readonly string[] {
  const text = secret.replaceAll("\n", "");
  return Array.from({ length: Math.floor(text.length / 24) }, (_, index) =>
    text.slice(index * 24, index * 24 + 24),
  );
}

function findPieces(text: string, secrets: Iterable<string>): readonly string[] {
  return [...secrets].flatMap(toPieces).filter((piece) => text.includes(piece));
}

/** A day with everything in it: success, refusal, cancellation, loss, and trouble of every kind. */
async function live(): Promise<{ world: TestWorld; secrets: ReturnType<typeof watchSecrets> }> {
  const world = await createTestWorld({
    env: { TORNADE_OWNERS: "acme,umbrella" },
    gitHub: { requestsPerHour: 30 },
  });
  const secrets = watchSecrets();
  const troubles = new Map([
    [5, jsonResponse(500, { message: "Server Error" })],
    [9, jsonResponse(401, { message: "Bad credentials" })],
    [17, { status: 200, headers: { "content-type": "text/html" }, body: "<html>" }],
  ]);
  let calls = 0;
  let mints = 0;
  world.outside.intercept = async (call, next, { headers }) => {
    const authorization = headers["authorization"] ?? "";
    const trouble = call.includes(" ") ? troubles.get((calls += 1)) : undefined;
    // The worst that a proxy could do: to send back what it was sent.
    const isEchoed = call === "POST generate-jitconfig" && (mints += 1) === 4;
    const echo = jsonResponse(422, { ...headers, message: `refused: ${authorization}` });
    const response = isEchoed ? echo : (trouble ?? (await next()));
    secrets.note(response);
    return response;
  };
  world.gitHub.addRepository({ fullName: "umbrella/app" });
  world.queueJob({ repository: "umbrella/app" });
  world.gitHub.removeInstallation("umbrella");
  for (const labels of [
    ["tornade"],
    ["tornade", "runs-on=CODEBUILD"],
    ["tornade", "runs-on=FARGET"],
    ["tornade", "runs-on=FARGATE_SPOT"],
  ]) {
    world.queueJob({ labels });
    await world.pass(5);
  }
  for (const { taskArn = "" } of (await listTasks(world)).slice(-1)) {
    world.aws.ecs.failStart(taskArn, "CannotPullContainerError");
  }
  await world.pass(1_200);
  return { world, secrets };
}

describe("createLaunchRunner, createFollowRunner and createReconcile", () => {
  it("let no secret into the log, the ledger or a queue", async () => {
    const { world, secrets } = await live();
    expect(secrets.tokens.size).toBeGreaterThan(1);
    expect(secrets.jitConfigs.size).toBeGreaterThan(6);
    const jwts = world.calls.flatMap(({ request }) =>
      (request.headers["authorization"] ?? "").replace(/^(?:AWS4|token).*/u, ""),
    );
    const signatures = world.gitHub
      .deliveries()
      .map(({ request }) => request.headers["x-hub-signature-256"] ?? "");
    const messages = world.calls.filter(({ name }) => name === "SendMessage");
    const text = [
      ...world.lines,
      JSON.stringify(await readLedger(world)),
      ...messages.map(({ request }) => request.body),
      JSON.stringify(await readDeadLetters(world)),
    ].join("\n");
    expect(text).toContain("GitHub did not");
    expect(text).toContain("refused: token");
    const all = [...secrets.tokens, ...secrets.jitConfigs, ...jwts, ...signatures, privateKey];
    expect(findPieces(text, all)).toEqual([]);
    expect(text).not.toContain(webhookSecret);
  });

  it("hand a runner its own JIT config and nothing else that is secret", async () => {
    const { world, secrets } = await live();
    const launches = world.calls.filter(({ name }) => ["RunTask", "StartBuild"].includes(name));
    expect(launches.length).toBeGreaterThan(4);
    const used = launches.map(
      ({ request }) => /"(?:files|raw):[^"]+"/u.exec(request.body)?.[0] ?? "",
    );
    // Each one once.
    expect(new Set(used).size).toBe(launches.length);
    for (const { request } of launches) {
      expect(findPieces(request.body, [...secrets.tokens, privateKey])).toEqual([]);
      expect(request.body).not.toContain(webhookSecret);
    }
  });
});
