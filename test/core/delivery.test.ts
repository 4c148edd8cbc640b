import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { readDelivery, type Delivery } from "../../functions/core/delivery.ts";
import {
  encodeEnvelope,
  type JobEnvelope,
  type RunEnvelope,
} from "../../functions/core/envelope.ts";
import { DeliveryError } from "../../functions/core/errors.ts";
import type { JsonObject } from "../../functions/core/read-json.ts";
import { createPayload, readExamples, withJob } from "../support/webhook.ts";

const context = {
  deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
  receivedAt: 1_700_000_000_000,
  launchLabel: "tornade",
  runnerPrefix: "tornade",
  rerunRepositories: [],
};

function read(payload: unknown): Delivery {
  return readDelivery("workflow_job", payload, context);
}

function readJob(fields: JsonObject, top: JsonObject = {}) {
  const delivery = read(createPayload(fields, top));
  if (delivery.kind === "send" && delivery.envelope.kind === "job") return delivery.envelope;
  throw new Error(`a job should be sent on, got ${JSON.stringify(delivery)}`);
}

function toAction(envelope: JobEnvelope | RunEnvelope): string {
  return envelope.kind === "job" ? envelope.action : envelope.conclusion;
}

function outcomeOf(payload: unknown): string {
  try {
    return read(payload).kind;
  } catch (error) {
    return error instanceof Error ? error.name : "no error";
  }
}

describe("readDelivery: what is sent on", () => {
  it("shrinks a queued job of ours to its envelope", () => {
    expect(read(createPayload())).toEqual({
      kind: "send",
      envelope: {
        version: 1,
        kind: "job",
        action: "queued",
        deliveryId: context.deliveryId,
        receivedAt: context.receivedAt,
        happenedAt: Date.UTC(2023, 3, 19, 21, 12, 12),
        job: {
          id: 12877621891,
          attempt: 2,
          runId: 4747967848,
          name: "test (1, 2)",
          workflow: "CI",
          headSha: "16c5286e8d9a0629956a28938386b36608707a71",
          labels: ["tornade", "4747967848", "runs-on=FARGATE_SPOT"],
          repository: {
            id: 591427149,
            fullName: "acme/app",
            owner: "acme",
            ownerType: "Organization",
            private: true,
          },
          installationId: 23154469,
        },
      },
    });
  });

  const ours = { runner_id: 9, runner_name: "tornade-1-1-1" };
  const foreign = { labels: ["ubuntu-latest"], runner_id: 5, runner_name: "GitHub Actions 5" };
  it.each([
    ["a queued job of ours", {}, "send"],
    ["a queued job of ours in another case", { labels: ["TORNADE"] }, "send"],
    ["a queued job with a composite label", { labels: ["tornade/4/arch=X64"] }, "send"],
    ["a queued job with the status 'waiting'", { status: "waiting" }, "send"],
    ["a queued foreign job", { ...foreign }, "not ours"],
    ["a queued foreign job with a runner of ours", { ...foreign, ...ours }, "not ours"],
    ["a queued job without labels", { labels: [] }, "not ours"],
    ["a running job of ours", { action: "in_progress" }, "send"],
    [
      "a running job of ours on a foreign runner",
      { action: "in_progress", ...foreign, labels: ["tornade"] },
      "send",
    ],
    ["a running foreign job on our runner", { action: "in_progress", ...foreign, ...ours }, "send"],
    ["a running foreign job", { action: "in_progress", ...foreign }, "not ours"],
    ["a running job without labels and runner", { action: "in_progress", labels: [] }, "not ours"],
    ["a completed job of ours", { action: "completed", ...ours }, "send"],
    ["a completed foreign job on our runner", { action: "completed", ...foreign, ...ours }, "send"],
    ["a completed foreign job", { action: "completed", ...foreign }, "not ours"],
    [
      "a completed foreign job without runner",
      { action: "completed", labels: ["gpu"] },
      "not ours",
    ],
    ["a completed job without labels and runner", { action: "completed", labels: [] }, "send"],
    [
      "the same with runner 0 and ''",
      { action: "completed", labels: [], runner_id: 0, runner_name: "" },
      "send",
    ],
    [
      "a completed job without labels on a foreign runner",
      { action: "completed", ...foreign, labels: [] },
      "not ours",
    ],
    ["a job that waits for approval", { action: "waiting" }, "action not used"],
    ["an action nobody knows", { action: "requeued" }, "action not used"],
  ])("%s", (_what, { action = "queued", ...fields }: JsonObject, expected) => {
    const delivery = read(createPayload(fields, { action }));
    expect(delivery.kind === "drop" ? delivery.reason : delivery.kind).toBe(expected);
  });

  it.each([
    ["ping", "ping"],
    ["workflow_run", "event not used"],
    ["push", "event not used"],
  ])("drops the event %s", (event, reason) => {
    expect(readDelivery(event, createPayload(), context)).toEqual({ kind: "drop", reason });
  });

  it("drops every example of Octokit, none of which is ours", () => {
    for (const example of readExamples()) expect(read(example).kind).toBe("drop");
  });

  it("sends every example on that has our labels, but the waiting one", () => {
    const labels = ["tornade", "arch=ARM64"];
    const deliveries = readExamples().map((example) => read(withJob(example, { labels })));
    const actions = deliveries.map((delivery) =>
      delivery.kind === "drop" ? delivery.reason : toAction(delivery.envelope),
    );
    expect(actions).toEqual([
      "in_progress",
      "completed",
      "completed",
      "in_progress",
      "in_progress",
      "queued",
      "queued",
      "action not used",
    ]);
  });
});

describe("readDelivery: fields", () => {
  it.each([
    ["queued", "created_at"],
    ["in_progress", "started_at"],
    ["completed", "completed_at"],
  ])("takes the time of %s from %s", (action, field) => {
    const fields = { created_at: null, started_at: null, completed_at: null };
    const envelope = readJob({ ...fields, [field]: "2023-04-19T23:12:13.500+02:00" }, { action });
    expect(envelope.happenedAt).toBe(Date.UTC(2023, 3, 19, 21, 12, 13, 500));
  });

  it.each([undefined, null, "", "yesterday", "5", "0001-01-01T00:00:00Z", "2023-99-99T00:00:00Z"])(
    "takes the time of receipt where GitHub's is %j",
    (time) => {
      expect(readJob({ created_at: time }).happenedAt).toBe(context.receivedAt);
    },
  );

  it.each([
    ["a runner", { runner_id: 9, runner_name: "tornade-1-1-1" }, "tornade-1-1-1"],
    ["no runner by null", { runner_id: null, runner_name: null }, undefined],
    ["no runner by 0", { runner_id: 0, runner_name: "x" }, undefined],
    ["no runner by ''", { runner_id: 9, runner_name: "" }, undefined],
    ["no runner by absence", { runner_id: undefined, runner_name: undefined }, undefined],
  ])("reads %s", (_what, fields, expected) => {
    expect(readJob(fields, { action: "in_progress" }).runnerName).toBe(expected);
  });

  it("reads no runner from a queued job, which cannot have one", () => {
    expect(readJob({ runner_id: 5, runner_name: "GitHub Actions 5" })).not.toHaveProperty(
      "runnerName",
    );
  });

  it("takes a missing run_attempt for the first", () => {
    expect(readJob({ run_attempt: undefined }).job.attempt).toBe(1);
  });

  it("does without an installation", () => {
    expect(readJob({}, { installation: undefined }).job).not.toHaveProperty("installationId");
  });

  it.each([null, undefined])("does without names of workflow and branch: %j", (nothing) => {
    expect(readJob({ workflow_name: nothing, head_branch: nothing }).job.workflow).toBe("");
  });

  it("carries the conclusion", () => {
    expect(readJob({ conclusion: "cancelled" }, { action: "completed" }).conclusion).toBe(
      "cancelled",
    );
  });

  it.each([
    ["User", "User"],
    ["Organization", "Organization"],
    [undefined, "Organization"],
  ])("reads an owner of type %s as %s", (type, expected) => {
    const owner = { login: "acme", type };
    const repository = { id: 1, full_name: "acme/app", private: false, owner };
    expect(readJob({}, { repository }).job.repository.ownerType).toBe(expected);
  });
});

describe("readDelivery: bounds", () => {
  it("cuts long names of job and workflow, without leaving half a character", () => {
    const { job } = readJob({ name: `${"n".repeat(255)}😀`, workflow_name: "w".repeat(10_000) });
    expect(job.name).toBe(`${"n".repeat(255)}\uFFFD`);
    expect(job.workflow).toBe("w".repeat(256));
  });

  it("takes 100 labels and refuses 101", () => {
    const labels = ["tornade", ...Array.from({ length: 99 }, (_, index) => `label-${index}`)];
    expect(readJob({ labels }).job.labels).toEqual(labels);
    expect(() => readJob({ labels: [...labels, "one-more"] })).toThrow(
      "workflow_job.labels should be at most 100, got 101",
    );
  });

  it("refuses a job whose envelope would be larger than 64 KB, counted in bytes", () => {
    const labels = ["tornade", "ü".repeat(31_000)];
    expect(encodeEnvelope(readJob({ labels })).length).toBeLessThan(65_536);
    expect(() => readJob({ labels: ["tornade", "ü".repeat(33_000)] })).toThrow(
      /^job should take at most 65536 bytes, got \d+$/u,
    );
  });

  it("lets a foreign job be as large as it likes", () => {
    expect(read(createPayload({ labels: ["x".repeat(100_000)] })).kind).toBe("drop");
  });
});

describe("readDelivery: malformed", () => {
  it.each([null, [], "text", 1, true, undefined])(
    "refuses the body %j whatever the event",
    (body) => {
      for (const event of ["workflow_job", "ping", "push"]) {
        expect(() => readDelivery(event, body, context)).toThrow(DeliveryError);
      }
    },
  );

  it("refuses a delivery that names no event", () => {
    expect(() => readDelivery("", createPayload(), context)).toThrow(
      "header x-github-event should name the event",
    );
  });

  const jobFields = (
    "id run_id run_attempt name workflow_name head_sha labels " +
    "runner_id runner_name conclusion created_at"
  ).split(" ");
  const wrongTypes = [true, {}, [[]], -1, 0.5, 2 ** 60];
  it.each(jobFields)("refuses workflow_job.%s of a wrong type and names it", (field) => {
    for (const value of wrongTypes) {
      expect(() => readJob({ [field]: value })).toThrow(DeliveryError);
      expect(() => readJob({ [field]: value })).toThrow(`workflow_job.${field}`);
    }
  });

  it.each(["id", "run_id", "name", "head_sha", "labels"])("refuses a job without %s", (field) => {
    expect(() => readJob({ [field]: undefined })).toThrow(`workflow_job.${field} should be`);
  });

  it.each(["action", "workflow_job", "repository", "installation"])(
    "refuses a wrong %s",
    (field) => {
      for (const value of ["queued".split(""), 1, true]) {
        expect(() => readJob({}, { [field]: value })).toThrow(DeliveryError);
      }
    },
  );

  it("gives a delivery or a DeliveryError for every JSON there is in every place", () => {
    const topFields = ["", "action", "workflow_job", "repository", "installation"];
    const payload = fc.oneof(
      fc
        .tuple(fc.constantFrom(...jobFields), fc.jsonValue())
        .map(([field, value]) => createPayload({ [field]: value })),
      fc
        .tuple(fc.constantFrom(...topFields), fc.jsonValue())
        .map(([field, value]) => createPayload({}, { [field]: value })),
    );
    fc.assert(
      fc.property(payload, (hostile) => {
        expect(["send", "drop", "DeliveryError"]).toContain(outcomeOf(hostile));
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it("carries nothing of a payload's prototype keys", () => {
    const text = JSON.stringify(createPayload()).replace(
      "{",
      '{"__proto__":{"action":"completed"},',
    );
    expect(read(JSON.parse(text))).toEqual(read(createPayload()));
  });
});
