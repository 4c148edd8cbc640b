import { describe, expect, it } from "vitest";
import { authorize, authorizeApp, createTestGitHub } from "./test-github.ts";

const list = "GET /app/hook/deliveries";

/** A GitHub whose webhooks are answered with these statuses, one after another. */
function createWithAnswers(...statuses: readonly number[]) {
  let next = 0;
  return createTestGitHub({ deliver: async () => ({ status: statuses[next++] ?? 202 }) });
}

async function queueJobs(test: ReturnType<typeof createTestGitHub>, count: number) {
  for (let index = 0; index < count; index += 1) {
    test.gitHub.queueJob({ repository: "acme/app", name: `job-${index}`, labels: ["tornade"] });
    await test.timeline.advance(1000);
  }
}

/** The id of the newest delivery; Octokit leaves one of more than 53 bits out of an address. */
async function readId(test: ReturnType<typeof createTestGitHub>): Promise<string> {
  const { data } = await test.client(list, { headers: await authorizeApp(test) });
  return String(data[0]?.id);
}

describe("GET deliveries", () => {
  it("lists newest first, page by page", async () => {
    const test = createTestGitHub();
    await queueJobs(test, 3);
    const headers = await authorizeApp(test);
    const first = await test.client(list, { per_page: 2, headers });
    expect(first.data).toHaveLength(2);
    expect(first.data[0]).toMatchObject({ event: "workflow_job", action: "queued", status: "OK" });
    const cursor = /cursor=(v1_\d+)/u.exec(first.headers.link ?? "")?.[1] ?? "";
    const second = await test.client(list, { per_page: 2, cursor, headers });
    expect(second.data).toHaveLength(1);
    expect(second.headers.link).toBeUndefined();
    const ids = [...first.data, ...second.data].map(({ id }) => BigInt(id));
    expect(ids).toEqual(ids.toSorted((one, other) => (other > one ? 1 : -1)));
    // As GitHub's own: more than JavaScript's numbers have room for.
    expect(ids.every((id) => id > Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  it("filters by outcome", async () => {
    const test = createWithAnswers(202, 503, 401);
    await queueJobs(test, 3);
    const headers = await authorizeApp(test);
    const failed = await test.client(list, { status: "failure", headers });
    expect(failed.data.map((one) => one.status_code)).toEqual([401, 503]);
    const good = await test.client(list, { status: "success", headers });
    expect(good.data.map((one) => one.status_code)).toEqual([202]);
    await expect(
      test.client("GET /app/hook/deliveries?status=bad", { headers }),
    ).rejects.toMatchObject({ status: 422 });
  });

  it("forgets deliveries after three days", async () => {
    const test = createTestGitHub();
    await queueJobs(test, 1);
    await test.timeline.advance(3 * 86_400_000);
    expect(test.gitHub.deliveries().map(({ action }) => action)).toEqual(["completed"]);
  });

  it("is for the App itself, not for an installation", async () => {
    const test = createTestGitHub();
    await expect(test.client(list, { headers: await authorize(test) })).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe("GET delivery", () => {
  it("shows what was sent", async () => {
    const test = createTestGitHub();
    await queueJobs(test, 1);
    const [guid] = test.gitHub.deliveries().map((delivery) => delivery.guid);
    const answer = await test.client(`${list}/${await readId(test)}`, {
      headers: await authorizeApp(test),
    });
    const shown: unknown = answer.data;
    expect(shown).toMatchObject({ guid, repository_id: test.repository.id });
    expect(shown).toMatchObject({ request: { payload: { action: "queued" } } });
  });
});

describe("POST attempts", () => {
  it("sends the same event again under the same GUID, marked as a redelivery", async () => {
    const test = createWithAnswers(503);
    await queueJobs(test, 1);
    const [failed] = test.gitHub.deliveries();
    const headers = await authorizeApp(test);
    const attempts = (id: string) => `POST /app/hook/deliveries/${id}/attempts`;
    expect((await test.client(attempts(await readId(test)), { headers })).status).toBe(202);
    await test.timeline.advance(1000);
    const [, again] = test.gitHub.deliveries();
    expect(again).toMatchObject({ guid: failed?.guid, redelivery: true, statusCode: 202 });
    expect(again?.id).not.toBe(failed?.id);
    expect(again?.request).toEqual(failed?.request);
    await expect(test.client(attempts("1"), { headers })).rejects.toMatchObject({ status: 404 });
  });
});
