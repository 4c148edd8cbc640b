import { describe, expect, it } from "vitest";

import { assess, type AssessOptions } from "../../functions/core/assess.ts";
import { queuedJob, runnerSpec, toIgnore } from "./builders.ts";
import { labelOptions } from "./label-options.ts";

const options: AssessOptions = {
  ...labelOptions,
  owners: ["other", "ACME"],
  publicRepositories: "refuse",
  refusalSpec: runnerSpec({ rungs: ["FARGATE", "CODEBUILD"] }),
};
const { repository } = queuedJob();
const shown = { ...repository, private: false };

describe("assess", () => {
  it("launches what the labels ask for", () => {
    const job = queuedJob({ labels: ["tornade", "arch=ARM64"] });
    expect(assess(job, options)).toEqual({
      kind: "launch",
      spec: runnerSpec({ architecture: "ARM64" }),
    });
  });

  it("refuses what cannot be served, with a runner of the default size to tell it", () => {
    const job = queuedJob({ labels: ["tornade", "runs-on=FARGET", "cpu=16"] });
    expect(assess(job, options)).toEqual({
      kind: "refuse",
      reason: "label 'runs-on=FARGET' is unknown; use FARGATE, FARGATE_SPOT or CODEBUILD",
      spec: options.refusalSpec,
    });
  });

  it.each([
    [["ubuntu-latest"], "not-ours"] as const,
    [["tornade", "type=static"], "static"] as const,
  ])("ignores a job with the labels %j", (labels, reason) => {
    expect(assess(queuedJob({ labels }), options)).toEqual({ kind: "ignore", reason });
  });

  it.each([{ owners: [] }, { owners: ["acme-labs"] }])(
    "ignores a job of an owner that is not listed, whatever its labels: %j",
    ({ owners }) => {
      const job = queuedJob({ labels: ["tornade", "runs-on=FARGET"] });
      expect(assess(job, { ...options, owners })).toEqual(toIgnore);
    },
  );

  it("ignores public repositories unless they are allowed", () => {
    const job = queuedJob({ repository: shown });
    expect(assess(job, options)).toEqual({
      kind: "ignore",
      reason: "public repositories are not allowed",
      isShutOut: true,
    });
    expect(assess(job, { ...options, publicRepositories: "allow" })).toMatchObject({
      kind: "launch",
    });
  });
});
