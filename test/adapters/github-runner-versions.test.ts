import { describe, expect, it } from "vitest";

import type { RegistryOptions } from "../../functions/adapters/github-registry.ts";
import { createGitHubRunnerVersions } from "../../functions/adapters/github-runner-versions.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { createTestGitHubClient } from "../support/test-github-client.ts";
import { toJob } from "../support/test-registry.ts";
import { createTestWorld } from "../support/test-world.ts";

const registration = "2026-12-01T00:00:00Z";
const runtime = "2026-12-20T00:00:00Z";

/** What is read of an answer of GitHub's, and the path that it was asked for by. */
async function read(
  answer: { readonly status?: number; readonly body: unknown },
  scope: RegistryOptions["scope"] = "organization",
) {
  const world = await createTestWorld();
  const { gitHub } = world;
  world.outside.intercept = async (call, next) =>
    call === "GET deprecations" ? jsonResponse(answer.status ?? 200, answer.body) : next();
  const versions = createGitHubRunnerVersions(createTestGitHubClient(world), { scope });
  const job = toJob(gitHub.addRepository({ fullName: "acme/other" }));
  const retiresAt = await versions.readRetirement(job, "2.338.0");
  return { retiresAt, path: world.calls.at(-1)?.request.path };
}

describe("createGitHubRunnerVersions", () => {
  it.each([
    ["runtime first", { registration_deprecates_at: runtime, runtime_deprecates_at: registration }],
    [
      "registration first",
      { registration_deprecates_at: registration, runtime_deprecates_at: runtime },
    ],
    ["one of them", { registration_deprecates_at: registration, runtime_deprecates_at: null }],
  ])("tells when the version's first door closes: %s", async (...[, body]) => {
    expect((await read({ body })).retiresAt).toBe(Date.parse(registration));
  });

  it.each([
    ["that has set no day", { body: { registration_deprecates_at: null } }],
    ["that does not know the question", { status: 404, body: { message: "Not Found" } }],
  ])("tells nothing of a GitHub %s", async (...[, answer]) => {
    expect((await read(answer)).retiresAt).toBeUndefined();
  });

  it.each([
    ["organization", "/orgs/acme/actions/runners/deprecations/2.338.0"],
    ["repository", "/repos/acme/other/actions/runners/deprecations/2.338.0"],
  ] as const)("asks where the runners are: %s", async (scope, path) => {
    expect((await read({ body: {} }, scope)).path).toBe(path);
  });

  it("rejects what is no answer", async () => {
    await expect(read({ body: [] })).rejects.toThrow("GitHub did not send a retirement");
  });
});
