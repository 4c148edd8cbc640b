import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { runCommand } from "../../../local/command.ts";
import { jsonResponse } from "../../../simulator/wire.ts";
import { containing } from "../../support/containing.ts";
import { createQueued } from "../../support/sqs-event.ts";
import { start } from "../../support/test-world.ts";
import { createDeadLetterStage } from "../dead-letter-stage.ts";
import { runCommand as runProcess } from "../run-command.ts";

const poison = '{"version":2,"kind":"job"}';
const unread = "message is not an envelope: version should be 1, got 2";

/** The command as it is typed, with the queues in the environment. */
async function createStage() {
  const stage = await createDeadLetterStage();
  const { world, queueUrl, deadLetterQueueUrl } = stage;
  const repository = world.gitHub.addRepository({ fullName: "acme/app" });
  const run = async (...args: readonly string[]) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const env = { TORNADE_QUEUE_URL: queueUrl, TORNADE_DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl };
    const code = await runCommand(["redrive", ...args], { stdout, stderr }, env);
    return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
  };
  return { ...stage, run, queued: (id: number) => createQueued(repository, { id }) };
}

function refuse(outside: Stage["outside"], refused: string): void {
  outside.meddle = async (call, next) =>
    call === refused ? jsonResponse(400, { __type: "AccessDenied", message: "not you" }) : next();
}

type Stage = Awaited<ReturnType<typeof createDeadLetterStage>>;

beforeEach(() => {
  vi.stubEnv("AWS_REGION", "eu-west-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "any");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "any");
  vi.useFakeTimers({ toFake: ["Date"], now: start + 2.5 * 3_600_000 });
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe("npx tornade redrive", () => {
  it("says what it brought back, and ends with 0 when nothing is left", async () => {
    const { run, setAside, queued } = await createStage();
    await setAside(queued(1), "version should be 0, got 1");
    await setAside(queued(2));

    expect(await run()).toEqual({
      code: 0,
      stdout: [
        "brought back  job 1 of acme/app, queued, 2 h old: was: version should be 0, got 1",
        "brought back  job 2 of acme/app, queued, 2 h old: received too often",
        "2 brought back, 0 left",
        "",
      ].join("\n"),
      stderr: "",
    });
    expect(await run()).toEqual({
      code: 0,
      stdout: "the dead-letter queue is empty\n",
      stderr: "",
    });
  });

  it("says what stays and why, and ends with 1", async () => {
    const { run, setAside, queued } = await createStage();
    await setAside(queued(1));
    await setAside(poison);
    const { code, stdout } = await run();

    expect(code).toBe(1);
    expect(stdout).toMatch(
      new RegExp(
        String.raw`stays  message [\w-]{36}, 2 h old: ${unread}\n1 brought back, 1 left\n$`,
        "u",
      ),
    );
  });

  it.each([-20_000, 20_000])("brings nothing back twice, our clock %i ms ahead", async (skew) => {
    const { run, outside, setAside, queued, world } = await createStage();
    await setAside(queued(1));
    vi.setSystemTime(world.timeline.now() + skew);
    let sent = 0;
    outside.meddle = async (call, next) => {
      const answer = await next();
      // No more than a few, as the test has to end.
      if (call === "SendMessage" && (sent += 1) < 9) await setAside(queued(1));
      return answer;
    };
    const { code, stdout } = await run();
    expect([sent, code]).toEqual([1, 1]);
    expect(stdout).toMatch(
      /^stays  job 1 of acme.app, queued, \d+ s old: it was brought back just/mu,
    );
    expect(stdout).toContain("1 brought back, 1 left\n");
  });

  it("says what it would do when it runs dry, and leaves everything where it is", async () => {
    const { run, setAside, queued, count } = await createStage();
    await setAside(queued(1));
    await setAside(poison);
    const { code, stdout } = await run("--dry-run");

    expect(code).toBe(1);
    expect(stdout).toContain("would come back  job 1 of acme/app, queued, 2 h old");
    expect(stdout).toContain("1 would come back, 1 would stay\n");
    expect(await count("dead")).toEqual([2, 0]);
  });

  it("says it as one JSON object when asked to", async () => {
    const { run, setAside } = await createStage();
    await setAside(poison, "version should be 1, got 2");
    const { code, stdout } = await run("--json");

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      dryRun: false,
      broughtBack: 0,
      left: 1,
      hidden: 0,
      letters: [
        {
          messageId: containing(/./u),
          sentAt: start,
          reason: "version should be 1, got 2",
          stays: unread,
        },
      ],
    });
  });

  it("lets no message steer the terminal", async () => {
    const { run, setAside } = await createStage();
    await setAside(`{"version":1,"kind":"\\u001b[2J\\u202e${"x".repeat(9_000)}"}`, "a\nb\tc");
    const { stdout } = await run();

    expect(stdout).toContain("got '\uFFFD[2J\uFFFDxxx");
    expect(stdout.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBe(400);
  });

  it.each([
    ["before", 0, "tornade: AccessDenied: not you\n"],
    ["after", 1, "tornade: AccessDenied: not you\n"],
  ])("says what AWS answered %s it brought something back", async (_when, receives, message) => {
    const { run, outside, setAside, queued } = await createStage();
    await setAside(queued(1));
    let seen = 0;
    outside.meddle = async (call, next) => {
      if (call !== "ReceiveMessage" || (seen += 1) <= receives) return next();
      return jsonResponse(400, { __type: "AccessDenied", message: "not you" });
    };
    const { code, stdout, stderr } = await run();

    expect({ code, stderr }).toEqual({ code: 1, stderr: message });
    expect(stdout.endsWith(receives === 0 ? "" : "1 brought back, 0 left\n")).toBe(true);
    expect(stdout).not.toContain("empty");
  });

  it("says what to do where a queue is not there, or nobody answers", async () => {
    const { run, queueUrl } = await createStage();
    const gone = await run("--dead-letter-queue", `${queueUrl}-gone`);
    expect(gone).toMatchObject({ code: 1, stderr: containing("QueueDoesNotExist: ") });
    expect(gone.stderr).toMatch(
      /; give --queue and --dead-letter-queue as the stack's outputs .*\n$/u,
    );

    const args = ["--queue", "http://127.0.0.1:1/123456789012/jobs"];
    const dead = ["--dead-letter-queue", "http://127.0.0.1:1/123456789012/dead"];
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    expect(await runCommand(["redrive", ...args, ...dead], { stdout, stderr })).toBe(1);
    expect(String(stderr.read())).toMatch(/ECONNREFUSED.*; see that --queue, or AWS_ENDPOINT_URL/u);
  });

  it("ends with 2 for an endpoint that is none", async () => {
    const queue = "http://127.0.0.1:1/123456789012/jobs";
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const args = ["redrive", "--queue", queue, "--dead-letter-queue", `${queue}-dead`];
    expect(await runCommand(args, { stdout, stderr }, { AWS_ENDPOINT_URL: "foo" })).toBe(2);
    expect(String(stderr.read())).toBe(
      "tornade: AWS_ENDPOINT_URL should be a URL, got 'foo'; unset it, unless AWS is simulated\n",
    );
  });

  it("ends with 2 for a mistake on the command line", async () => {
    const { run } = await createStage();

    expect(await run("--queue", "here")).toMatchObject({
      code: 2,
      stderr: containing("tornade: --queue should be the URL of a standard queue"),
    });
  });

  it.each([
    [
      "credentials",
      { AWS_ACCESS_KEY_ID: "" },
      /^tornade: credentials of AWS cannot be found: .+; log in as for the AWS command line, or set AWS_PROFILE\n$/u,
    ],
    [
      "a region",
      { AWS_REGION: "" },
      /^tornade: the region of the queues cannot be found: .+; set AWS_REGION\n$/u,
    ],
  ])("ends with 2 and one line where there is no way to find %s", async (...[, env, line]) => {
    const { run, setAside, queued, count } = await createStage();
    await setAside(queued(1));
    const nowhere = {
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_PROFILE: undefined,
      AWS_DEFAULT_REGION: undefined,
      ...env,
    };
    for (const [name, value] of Object.entries(nowhere)) vi.stubEnv(name, value);

    expect(await run("--json")).toEqual({ code: 2, stdout: "", stderr: containing(line) });
    expect(await count("dead")).toEqual([1, 0]);
  });

  it("does not call a queue empty of which messages are hidden", async () => {
    const { run, setAside, queued, receive } = await createStage();
    for (const id of [1, 2]) await setAside(queued(id));
    await receive("dead");
    const hidden =
      "2 hidden by another redrive, or one that was cut short: try again in 15 minutes";
    expect(await run()).toEqual({ code: 1, stdout: `${hidden}\n`, stderr: "" });

    await setAside(queued(3));
    const { code, stdout } = await run();
    expect([code, stdout]).toEqual([1, containing(`1 brought back, 0 left\n${hidden}\n`)]);
    expect(JSON.parse((await run("--json")).stdout)).toMatchObject({ hidden: 2, letters: [] });
  });

  it("goes on where it may not count what is hidden, and says that it did not", async () => {
    const { run, outside, setAside, queued } = await createStage();
    await setAside(queued(1));
    refuse(outside, "GetQueueAttributes");
    expect(await run()).toMatchObject({
      code: 1,
      stdout: containing("1 brought back, 0 left\n"),
      stderr: "tornade: hidden messages not counted: AccessDenied: not you\n",
    });
  });

  it("says that what stays is hidden where it cannot be shown again", async () => {
    const { run, outside, setAside } = await createStage();
    await setAside(poison);
    refuse(outside, "ChangeMessageVisibilityBatch");
    expect(await run()).toMatchObject({
      code: 1,
      stderr: "tornade: Error: what stays is hidden for 15 minutes: not you\n",
    });
  });

  it.each([
    ["SendMessage", "it could not be sent", "0 brought back, 1 left"],
    ["DeleteMessage", "it was brought back, but could not be deleted", "1 brought back, 1 left"],
  ])("counts what %s failed for", async (call, reason, sum) => {
    const { run, outside, setAside, queued } = await createStage();
    await setAside(queued(1));
    refuse(outside, call);
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([1, "tornade: AccessDenied: not you\n"]);
    expect(stdout).toContain(`stays  job 1 of acme/app, queued, 2 h old: ${reason}`);
    expect(stdout.endsWith(`${sum}\n`)).toBe(true);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends at %s with what it has in hand", async (signal) => {
    const { queueUrl, deadLetterQueueUrl, outside, setAside, queued, count } = await createStage();
    for (let id = 1; id <= 12; id += 1) await setAside(queued(id));
    const queues = ["--queue", queueUrl, "--dead-letter-queue", deadLetterQueueUrl];
    const command = runProcess("redrive", ...queues);
    outside.meddle = async (call, next) => {
      if (call === "SendMessage") command.child.kill(signal);
      return next();
    };
    const { code, stdout, stderr } = await command.ended;
    expect([code, stderr]).toEqual([1, "tornade: stopped; what else is there was not looked at\n"]);
    expect(stdout).toContain("10 brought back, 0 left\n");
    expect(await count("dead")).toEqual([2, 0]);
  });

  it("goes on when nobody reads on, as it has messages in hand", async () => {
    const { queueUrl, deadLetterQueueUrl, setAside, queued, count } = await createStage();
    for (const id of [1, 2, 3]) await setAside(queued(id));
    const queues = ["--queue", queueUrl, "--dead-letter-queue", deadLetterQueueUrl];
    const command = runProcess("redrive", ...queues);
    command.child.stdout?.destroy();

    expect(await command.ended).toMatchObject({ code: 0, stderr: "" });
    expect(await count("dead")).toEqual([0, 0]);
  });

  it("finds the region in the queue's URL, and AWS where it is told", async () => {
    const { queueUrl, deadLetterQueueUrl, outside, world } = await createStage();
    vi.stubEnv("AWS_REGION", "");
    const { origin } = new URL(queueUrl);
    const real = (url: string) => url.replace(origin, "https://sqs.eu-west-1.amazonaws.com");
    const calls: string[] = [];
    outside.meddle = async (call, next) => {
      calls.push(call);
      return next();
    };
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const args = ["--queue", real(queueUrl), "--dead-letter-queue", real(deadLetterQueueUrl)];
    const env = { AWS_ENDPOINT_URL: origin };

    expect(await runCommand(["redrive", ...args], { stdout, stderr }, env)).toBe(0);
    expect(calls).toEqual(["GetQueueAttributes", "ReceiveMessage"]);
    expect(world.lines).toEqual([]);
  });
});
