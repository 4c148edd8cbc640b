import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeEnvelope, encodeEnvelope, type JobEnvelope } from "../../functions/core/envelope.ts";
import { MessageError } from "../../functions/core/errors.ts";
import { runEnvelope } from "./builders.ts";

const envelope: JobEnvelope = {
  version: 1,
  kind: "job",
  action: "completed",
  deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
  receivedAt: 1_700_000_000_000,
  happenedAt: 1_699_999_999_000,
  job: {
    id: 12877621891,
    attempt: 1,
    runId: 4747967848,
    name: "test",
    workflow: "CI",
    headSha: "16c5286e8d9a0629956a28938386b36608707a71",
    labels: ["tornade", "arch=ARM64"],
    repository: {
      id: 591427149,
      fullName: "acme/app",
      owner: "acme",
      ownerType: "Organization",
      private: true,
    },
    installationId: 23154469,
  },
  runnerName: "tornade-12877621891-1-1",
  conclusion: "success",
};

describe("encodeEnvelope", () => {
  it("keeps a job below 1 KB", () => {
    expect(Buffer.byteLength(encodeEnvelope(envelope))).toBeLessThan(1_000);
  });

  it("uses only the characters that SQS takes, and loses none", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const odd = { ...envelope, job: { ...envelope.job, name: `${name}\u0000\uFFFE\uFFFF` } };
        const text = encodeEnvelope(odd);
        expect(text).toMatch(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u);
        expect(decodeEnvelope(text)).toEqual(odd);
      }),
    );
  });
});

describe("decodeEnvelope", () => {
  const { runnerName: _runner, conclusion: _conclusion, ...waiting } = envelope;
  const { installationId: _installation, ...job } = envelope.job;
  const { installationId: _ofRun, ...runWithoutInstallation } = runEnvelope();

  it.each([
    ["a completed job", envelope],
    ["a job without runner and conclusion", waiting],
    ["a job without installation", { ...envelope, job }],
    [
      "a job of a personal account",
      { ...envelope, job: { ...job, repository: { ...job.repository, ownerType: "User" } } },
    ],
    ["a job found in a list", { ...envelope, namedAt: 1_700_000_000_001 }],
    ["a wake-up", { version: 1, kind: "wake", itemId: "job#1-1" }],
    ["a wake-up for a run", { version: 1, kind: "wake", itemId: "run#1" }],
    ["a run", runEnvelope()],
    ["a run without installation", runWithoutInstallation],
  ] as const)("gives back %s", (_what, sent) => {
    expect(decodeEnvelope(encodeEnvelope(sent))).toEqual(sent);
  });

  it("takes a run that does not tell when it ended to have ended when it was told of", () => {
    const { happenedAt: _happenedAt, ...sent } = runEnvelope({ receivedAt: 4 });
    expect(decodeEnvelope(JSON.stringify(sent))).toEqual({ ...sent, happenedAt: 4 });
  });

  it.each([
    ["no JSON", "{", "not an envelope"],
    ["no object", "[]", "message should be an object, got an array"],
    ["a later version", { ...envelope, version: 2 }, "version should be 1, got 2"],
    ["another kind", { ...envelope, kind: "x" }, "kind should be 'job', 'run' or 'wake', got 'x'"],
    ["a run without a number", { ...runEnvelope(), runId: "1" }, "runId should be a whole number"],
    [
      "a run without a repository",
      { ...runEnvelope(), repository: null },
      "repository should be an object, got null",
    ],
    ["another action", { ...envelope, action: "waiting" }, "action should be one of queued"],
    ["no job", { ...envelope, job: null }, "job should be an object, got null"],
    ["a wrong label", { ...envelope, job: { ...job, labels: [1] } }, "label should be text"],
    [
      "a wake-up of no item",
      { version: 1, kind: "wake", itemId: "1-1" },
      "itemId should begin with",
    ],
    ["a wake-up of nothing", { version: 1, kind: "wake" }, "itemId should be text, got nothing"],
  ])("refuses %s", (_what, message, reason) => {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    expect(() => decodeEnvelope(text)).toThrow(MessageError);
    expect(() => decodeEnvelope(text)).toThrow(reason);
  });
});
