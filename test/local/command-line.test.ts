import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { CommandError } from "../../local/command-error.ts";
import { readCommand } from "../../local/command-line.ts";
import { faultNames } from "../../simulator/simulation/fault-rates.ts";

const folder = mkdtempSync(join(tmpdir(), "tornade-"));
const keyFile = join(folder, "app.pem");
const notAKey = join(folder, "not-a-key.pem");
const ecKey = join(folder, "ec.pem");
const pem = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();
writeFileSync(keyFile, pem);
writeFileSync(notAKey, "-----BEGIN RSA PRIVATE KEY-----\nnonsense\n");
writeFileSync(
  ecKey,
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  }),
);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const jobs = "https://sqs.eu-west-1.amazonaws.com/123456789012/tornade-jobs";
const dead = "https://sqs.eu-west-1.amazonaws.com/123456789012/tornade-dead-letters";
const queues = { TORNADE_QUEUE_URL: jobs, TORNADE_DEAD_LETTER_QUEUE_URL: dead };

describe("readCommand", () => {
  it("reads start with its defaults", () => {
    expect(readCommand(["start"])).toEqual({ name: "start", once: false, json: false, port: 3000 });
  });

  it("reads every flag of start", () => {
    const args = ["--once", "--json", "--port", "0", "--webhook-secret", "a-good-secret"];

    expect(readCommand(["start", ...args, "--private-key", keyFile])).toEqual({
      name: "start",
      once: true,
      json: true,
      port: 0,
      webhookSecret: "a-good-secret",
      privateKey: pem,
    });
  });

  it("reads start with containers", () => {
    const command = { name: "containers", json: false };

    expect(readCommand(["start", "--containers"])).toEqual(command);
    expect(readCommand(["start", "--containers", "--json", "--image", "mine"])).toEqual({
      name: "containers",
      json: true,
      image: "mine",
    });
  });

  it("reads start for the real GitHub", () => {
    const smee = "https://smee.io/abc";
    const args = ["--port", "0", "--image", "mine", "--smee", smee, "--state", "/var/lib/tornade"];

    expect(readCommand(["start", "--live"])).toEqual({
      name: "live",
      port: 3000,
      state: ".tornade",
    });
    expect(readCommand(["start", "--live", ...args])).toEqual({
      name: "live",
      port: 0,
      image: "mine",
      smee,
      state: "/var/lib/tornade",
    });
  });

  it("reads simulator with its own default port", () => {
    expect(readCommand(["simulator"])).toEqual({ name: "simulator", port: 4566 });
  });

  it("reads simulate with its defaults, and a fresh seed every time", () => {
    const commands = [readCommand(["simulate"]), readCommand(["simulate"])];

    for (const command of commands) {
      expect(command).toMatchObject({
        name: "simulate",
        jobs: 1_000,
        faults: new Set(faultNames),
        json: false,
      });
    }
    expect(commands[0]).not.toEqual(commands[1]);
  });

  it("reads every flag of simulate", () => {
    const args = [
      "--jobs",
      "50",
      "--seed",
      "7",
      "--seeds",
      "20",
      "--faults",
      "spot-during,event-lost",
      "--json",
    ];

    expect(readCommand(["simulate", ...args, "--sabotage", "no-claim"])).toEqual({
      name: "simulate",
      jobs: 50,
      seed: 7,
      seeds: 20,
      faults: new Set(["spot-during", "event-lost"]),
      json: true,
      sabotage: "no-claim",
    });
    expect(readCommand(["simulate", "--trace", "12", "--seeds", "1"])).toMatchObject({
      seeds: 1,
      trace: 12,
    });
  });

  it("reads --faults none as no faults", () => {
    expect(readCommand(["simulate", "--faults", "none"])).toMatchObject({ faults: new Set() });
  });

  it.each([
    ["", "no faults; name at least one, or none for none at all"],
    [" , ", "no faults; name at least one, or none for none at all"],
    ["none,all", "none beside all; leave either out"],
    ["spot,none,cancel", "none beside spot and cancel; leave either out"],
  ])("refuses the list %j for --faults", (list, got) => {
    const read = () => readCommand(["simulate", "--faults", list]);
    const allowed = "should be a list of faults and families, or none alone";

    expect(read).toThrow(new CommandError(`--faults: '${list}' ${allowed}, got ${got}`));
  });

  it.each([[[]], [["help"]], [["--help"]]])("reads %j as a wish for help", (args) => {
    expect(readCommand(args)).toEqual({ name: "help" });
  });

  it.each([
    [["start", "--help"], "start"],
    [["simulator", "-h"], "simulator"],
    [["simulate", "-h"], "simulate"],
    [["redrive", "--help"], "redrive"],
  ])("reads %j as a wish for help about %s", (args, about) => {
    expect(readCommand(args)).toEqual({ name: "help", about });
  });

  it("reads the queues of redrive from the environment", () => {
    const env = { ...queues, AWS_ENDPOINT_URL: "http://127.0.0.1:4566" };

    expect(readCommand(["redrive"], env)).toEqual({
      name: "redrive",
      queueUrl: jobs,
      deadLetterQueueUrl: dead,
      endpoint: "http://127.0.0.1:4566",
      dryRun: false,
      json: false,
    });
  });

  it("takes the flags of redrive before the environment", () => {
    const args = ["--queue", `${jobs}-2`, "--dead-letter-queue", `${dead}-2`, "--dry-run"];

    expect(readCommand(["redrive", ...args, "--json"], queues)).toEqual({
      name: "redrive",
      queueUrl: `${jobs}-2`,
      deadLetterQueueUrl: `${dead}-2`,
      dryRun: true,
      json: true,
    });
  });

  it.each([
    [{}, [], "--queue is missing; give the queue's URL or set TORNADE_QUEUE_URL"],
    [
      { TORNADE_QUEUE_URL: jobs },
      [],
      "--dead-letter-queue is missing; give the queue's URL or set TORNADE_DEAD_LETTER_QUEUE_URL",
    ],
    [
      queues,
      ["--queue", "tornade-jobs"],
      "--queue should be the URL of a standard queue, got 'tornade-jobs'; 'aws sqs list-queues' shows them",
    ],
    [
      queues,
      ["--dead-letter-queue", `${dead}.fifo`],
      `--dead-letter-queue should be the URL of a standard queue, got '${dead}.fifo'; 'aws sqs list-queues' shows them`,
    ],
    [
      queues,
      ["--queue", dead],
      `--queue and --dead-letter-queue should be two queues, got '${dead}' twice`,
    ],
    [
      queues,
      ["--force"],
      "'--force' is not understood; use --help, --queue, --dead-letter-queue, --dry-run, --json",
    ],
  ])("refuses %j with redrive %j", (env, args, message) => {
    expect(() => readCommand(["redrive", ...args], env)).toThrow(new CommandError(message));
  });

  it.each([
    [
      "an unknown command",
      ["deploy"],
      "command 'deploy' is unknown; use start, simulator, simulate, redrive or help",
    ],
    [
      "an unknown flag",
      ["start", "--jsn"],
      "'--jsn' is not understood; use --help, --port, --private-key, --webhook-secret, --json, --once, --containers, --live, --image, --smee, --state",
    ],
    [
      "a flag of the other command",
      ["simulator", "--once"],
      "'--once' is not understood; use --help, --port, --private-key, --webhook-secret",
    ],
    [
      "a word too many",
      ["start", "now"],
      "'now' is not understood; use --help, --port, --private-key, --webhook-secret, --json, --once, --containers, --live, --image, --smee, --state",
    ],
    [
      "a flag without its value",
      ["simulator", "--port"],
      "'--port <value>' needs a value; use --help, --port, --private-key, --webhook-secret",
    ],
    [
      "a port that is no number",
      ["start", "--port", "http"],
      "--port should be a number from 0 to 65535, got 'http'; 0 takes a free one",
    ],
    [
      "a port that is too large",
      ["start", "--port", "65536"],
      "--port should be a number from 0 to 65535, got '65536'; 0 takes a free one",
    ],
    [
      "a secret that is too short",
      ["start", "--webhook-secret", "short"],
      "--webhook-secret should be 8 to 256 visible ASCII characters without spaces, got 5; make one with 'openssl rand -hex 32'",
    ],
    [
      "a secret with a space",
      ["start", "--webhook-secret", "two words"],
      "--webhook-secret should be 8 to 256 visible ASCII characters without spaces, got 9; make one with 'openssl rand -hex 32'",
    ],
    [
      "a number of jobs that is none",
      ["simulate", "--jobs", "many"],
      "--jobs should be a whole number from 1 on, got 'many'",
    ],
    [
      "a job that would be another one with every seed",
      ["simulate", "--trace", "41987654321", "--seeds", "2"],
      "--trace is about a job of one run, got '2' for --seeds; leave one of them out",
    ],
    [
      "an unknown fault",
      ["simulate", "--faults", "spott"],
      "--faults: fault 'spott' is unknown; use none, webhook, queue, ledger, launch, machine, spot, event, github, steal, cancel, lambda, all, or a fault that 'npm run simulate -- --help' lists",
    ],
    [
      "an unknown workload",
      ["simulate", "--workload", "bursts"],
      "--workload 'bursts' is unknown; use one of steady, matrix, burst, burst-of-one-owner, burst-of-builds, flood, subsets, reruns, approvals, cancellations, refusals, ladders, or leave it out for a mix",
    ],
    [
      "an unknown sabotage",
      ["simulate", "--sabotage", "no-sense"],
      "--sabotage 'no-sense' is unknown; use one that 'npm run simulate -- --help' lists",
    ],
    [
      "a flag that simulate does not have",
      ["simulate", "--port", "1"],
      "'--port' is not understood; use --help, --jobs, --seed, --seeds, --faults, --workload, --sabotage, --trace, --json",
    ],
    [
      "a flag of another way to start",
      ["start", "--smee", "https://smee.io/abc"],
      "--smee is not understood without --containers and --live; use --port, --private-key, --webhook-secret, --json, --once",
    ],
    [
      "a flag that means nothing with containers",
      ["start", "--containers", "--port", "1"],
      "--port is not understood with --containers; use --containers, --json, --image",
    ],
    [
      "a flag for what containers do anyway",
      ["start", "--containers", "--once"],
      "--once is not understood with --containers; use --containers, --json, --image",
    ],
    [
      "two ways to start",
      ["start", "--live", "--containers"],
      "--containers is not understood with --live; use --live, --port, --image, --smee, --state",
    ],
    [
      "a channel that is no URL",
      ["start", "--live", "--smee", "abc"],
      "--smee should be the URL of a channel, got 'abc'; https://smee.io/new makes one",
    ],
    [
      "a key file that does not exist",
      ["start", "--private-key", "no-such.pem"],
      "--private-key 'no-such.pem' cannot be read; make one with 'openssl genrsa -out no-such.pem 2048'",
    ],
    [
      "a key file that is a folder",
      ["start", "--private-key", folder],
      `--private-key '${folder}' is a folder; name the .pem file in it`,
    ],
    [
      "a key file behind a file",
      ["start", "--private-key", `${keyFile}/app.pem`],
      `--private-key '${keyFile}/app.pem' cannot be read (ENOTDIR); name a file that can`,
    ],
    [
      "a key file that is no key",
      ["start", "--private-key", notAKey],
      `--private-key '${notAKey}' is not an RSA private key in PEM form; use the .pem file that GitHub gave for the App`,
    ],
    [
      "a key of another kind",
      ["start", "--private-key", ecKey],
      `--private-key '${ecKey}' is not an RSA private key in PEM form; use the .pem file that GitHub gave for the App`,
    ],
  ])("refuses %s in one line", (_case, args, message) => {
    expect(() => readCommand(args)).toThrow(new CommandError(message));
  });
});
