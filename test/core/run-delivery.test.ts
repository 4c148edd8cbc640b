import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { readDelivery } from "../../functions/core/delivery.ts";
import { DeliveryError } from "../../functions/core/errors.ts";
import type { JsonObject } from "../../functions/core/read-json.ts";
import { createRunPayload, readExamples } from "../support/webhook.ts";

const context = {
  deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
  receivedAt: 1_700_000_000_000,
  launchLabel: "tornade",
  runnerPrefix: "tornade",
  rerunRepositories: ["acme/app"],
};

function read(payload: unknown, rerunRepositories = context.rerunRepositories) {
  return readDelivery("workflow_run", payload, { ...context, rerunRepositories });
}

function readRun(fields: JsonObject, top: JsonObject = {}) {
  const delivery = read(createRunPayload(fields, top));
  return delivery.kind === "send" ? delivery.envelope : delivery.reason;
}

describe("readRunDelivery", () => {
  it("shrinks the end of a run to its envelope", () => {
    expect(read(createRunPayload())).toEqual({
      kind: "send",
      envelope: {
        version: 1,
        kind: "run",
        deliveryId: context.deliveryId,
        receivedAt: context.receivedAt,
        happenedAt: context.receivedAt,
        runId: 4747967848,
        attempt: 1,
        conclusion: "failure",
        repository: {
          id: 591427149,
          fullName: "acme/app",
          owner: "acme",
          ownerType: "Organization",
          private: true,
        },
        installationId: 23154469,
      },
    });
  });

  it("reads every example of Octokit that tells of the end of a run", () => {
    const examples = readExamples("workflow_run");
    const told = examples.map((example) => read(example, ["codertocat/*", "octo-org/octo-repo"]));
    expect(
      told.map((one) => (one.kind === "drop" ? one.reason : Object.values(one.envelope).length)),
    ).toEqual([9, 9, 9, "action not used", "action not used"]);
  });

  it.each([
    ["nobody has opted in", [], "event not used"],
    ["its repository has not", ["acme/other", "octo-org/*"], "re-runs not wanted"],
  ])("drops a run where %s", (_what, repositories, reason) => {
    expect(read(createRunPayload(), repositories)).toEqual({ kind: "drop", reason });
  });

  it.each(["requested", "in_progress"])("drops a run that is %s", (action) => {
    expect(readRun({}, { action })).toBe("action not used");
  });

  it.each([
    ["the attempt", { run_attempt: undefined }, { attempt: 1 }],
    ["the conclusion", { conclusion: null }, { conclusion: "" }],
    ["the time", { updated_at: null }, { happenedAt: context.receivedAt }],
  ])("does without %s", (_what, fields, expected) => {
    expect(readRun(fields)).toMatchObject(expected);
  });

  it.each([
    ["as GitHub tells", 72, 72],
    ["as if just now, where it could not be delivered any more", 73, 0],
  ])("takes the run to have ended %s", (_when, hours, age) => {
    const ago = (count: number) => context.receivedAt - count * 3_600_000;
    const fields = { updated_at: new Date(ago(hours)).toISOString() };
    expect(readRun(fields)).toMatchObject({ happenedAt: ago(age) });
  });

  it("does without an installation", () => {
    expect(readRun({}, { installation: undefined })).not.toHaveProperty("installationId");
  });

  it("refuses a run whose envelope would be larger than 64 KB", () => {
    expect(() => readRun({ conclusion: "x".repeat(66_000) })).toThrow(
      /^run should take at most 65536 bytes, got \d+$/u,
    );
  });

  it.each(["id", "run_attempt", "conclusion", "updated_at"])(
    "refuses workflow_run.%s of a wrong type",
    (field) => {
      for (const value of [true, {}, [[]], -1, 0.5]) {
        expect(() => readRun({ [field]: value })).toThrow(DeliveryError);
        expect(() => readRun({ [field]: value })).toThrow(`workflow_run.${field}`);
      }
    },
  );

  it("gives a delivery or a DeliveryError for every JSON there is in every place", () => {
    const places = ["action", "workflow_run", "repository", "installation"];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (place, value) => {
        expect(outcomeOf(createRunPayload({}, { [place]: value }))).toMatch(
          /^(?:send|drop|DeliveryError)$/u,
        );
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

function outcomeOf(payload: unknown): string {
  try {
    return read(payload).kind;
  } catch (error) {
    return error instanceof Error ? error.name : "no error";
  }
}
