import { describe, expect, it } from "vitest";
import { headSha } from "../../../simulator/github/job-body.ts";
import { apiError, authorize, createTestGitHub } from "./test-github.ts";

const create = "POST /repos/{owner}/{repo}/check-runs";
const place = { owner: "acme", repo: "app" };
const checkRun = {
  ...place,
  name: "tornade / CI / build",
  external_id: "1-1",
  status: "completed",
  conclusion: "failure",
  output: { title: "job 'build' got no runner", summary: "no capacity" },
} as const;

function queueJob({ gitHub }: ReturnType<typeof createTestGitHub>): string {
  const { runId } = gitHub.queueJob({ repository: "acme/app", name: "build", labels: ["tornade"] });
  return headSha(runId);
}

describe("POST check-runs", () => {
  it("shows the check run beside the commit, as often as it is asked for", async () => {
    const test = createTestGitHub();
    const head = { ...checkRun, head_sha: queueJob(test), headers: await authorize(test) };
    const { data } = await test.client(create, head);
    expect(data).toMatchObject({
      name: checkRun.name,
      head_sha: head.head_sha,
      external_id: "1-1",
      status: "completed",
      conclusion: "failure",
      app: { slug: "tornade" },
    });
    await test.client(create, head);
    expect(test.gitHub.checkRuns()).toMatchObject([
      { id: data.id, headSha: head.head_sha, title: checkRun.output.title, summary: "no capacity" },
      { headSha: head.head_sha, externalId: "1-1" },
    ]);
  });

  it("shows one that is not completed, and says nothing", async () => {
    const test = createTestGitHub();
    const asked = { ...place, name: "build", head_sha: queueJob(test) };
    const { data } = await test.client(create, { ...asked, headers: await authorize(test) });
    expect(data).toMatchObject({ status: "queued", conclusion: null, completed_at: null });
  });

  it("knows no commit of another repository", async () => {
    const test = createTestGitHub();
    test.gitHub.addRepository({ fullName: "acme/other" });
    const asked = { ...checkRun, repo: "other", head_sha: queueJob(test) };
    const answer = test.client(create, { ...asked, headers: await authorize(test) });
    await expect(answer).rejects.toMatchObject(apiError(422, "No commit found for SHA: "));
  });

  it("needs the checks permission", async () => {
    const test = createTestGitHub();
    const headers = await authorize(test, { permissions: { checks: "read" } });
    const answer = test.client(create, { ...checkRun, head_sha: queueJob(test), headers });
    await expect(answer).rejects.toMatchObject({ status: 403 });
  });
});
