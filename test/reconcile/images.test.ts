import { describe, expect, it } from "vitest";

import { createLaunchRunner } from "../../functions/launch-runner/launch-runner.ts";
import { createReconcile } from "../../functions/reconcile/reconcile.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import {
  createImageWorld,
  imageEnv,
  imageProject,
  type ImageWorld,
} from "../support/image-world.ts";
import { countCalls, readJobItem } from "../support/test-world.ts";

const minutes = 60;
const calls = ["DescribeImages", "StartBuild", "BatchGetBuilds"];

/** When builds were asked for, in whole minutes after a time, and for which tag. */
function listStarts({ calls: made }: ImageWorld, since: number) {
  return made.flatMap(({ name, at, request }) => {
    const tag = /content-default-(?:x86-64|arm64)-\w+/u.exec(request.body)?.[0];
    if (name !== "StartBuild" || tag === undefined) return [];
    return [{ tag, minute: Math.floor((at - since) / 60_000) }];
  });
}

/** The builds that were asked for, each once: with one token they are one. */
function listTokens({ calls: made }: ImageWorld): ReadonlySet<string> {
  const starts = made.filter(({ name }) => name === "StartBuild");
  return new Set(
    starts.map(({ request }) => /"idempotencyToken":"([^"]+)"/u.exec(request.body)?.[1] ?? ""),
  );
}

/** How many builds of images there were really. */
async function countBuilds({ aws }: ImageWorld): Promise<number> {
  const { body } = await aws.handle({
    method: "POST",
    path: "/",
    headers: { "x-amz-target": "CodeBuild_20161006.ListBuildsForProject" },
    body: JSON.stringify({ projectName: imageProject }),
  });
  return [...body.matchAll(new RegExp(`${imageProject}:`, "gu"))].length;
}

/** Another instance of reconcile, as after a deploy of other settings. */
async function redeploy({ surroundings }: ImageWorld, hash: string) {
  return createReconcile({ ...surroundings, env: { ...surroundings.env, ...imageEnv(hash) } });
}

describe("reconcile, where images are built from folders", () => {
  it("builds what the registry lacks, each architecture once", async () => {
    const world = await createImageWorld();
    const began = world.timeline.now();
    await world.pass(20 * minutes);

    expect(listStarts(world, began)).toEqual([
      { tag: "content-default-x86-64-one", minute: 1 },
      { tag: "content-default-arm64-one", minute: 1 },
    ]);
    expect(await countBuilds(world)).toBe(2);
  });

  it("asks nobody anything once all are there", async () => {
    const world = await createImageWorld();
    await world.pass(20 * minutes);
    world.calls.length = 0;
    await world.pass(60 * minutes);

    expect(countCalls(world, calls)).toEqual({
      DescribeImages: 0,
      StartBuild: 0,
      BatchGetBuilds: 0,
    });
    expect(world.calls.filter(({ request }) => request.body.includes("cursor#images"))).toEqual([]);
  });

  it("starts one build of each although two instances do it at once", async () => {
    const world = await createImageWorld();
    const other = await createReconcile(world.surroundings);
    await Promise.all([world.reconcile(), other()]);

    expect(countCalls(world, ["StartBuild"])).toEqual({ StartBuild: 4 });
    expect(listTokens(world).size).toBe(2);
    await world.pass(20 * minutes);
    expect(await countBuilds(world)).toBe(2);
  });

  it("starts one build of each although it dies before that is written down", async () => {
    const world = await createImageWorld();
    let lost = 0;
    world.outside.intercept = async (call, next, { body }) => {
      if (call !== "PutItem" || !body.includes("cursor#images") || lost >= 2) return next();
      lost += 1;
      return jsonResponse(500, { __type: "InternalServerError", message: "no" });
    };
    await world.pass(20 * minutes);

    expect(lost).toBe(2);
    expect(countCalls(world, ["StartBuild"])["StartBuild"]).toBeGreaterThan(2);
    expect(await countBuilds(world)).toBe(2);
  });

  it("tries a build that fails again ten minutes later, and says so", async () => {
    const world = await createImageWorld();
    const began = world.timeline.now();
    world.builder.isBroken = true;
    await world.pass(20 * minutes);

    const starts = listStarts(world, began).filter(({ tag }) => tag.includes("arm64"));
    // The end of the first build was seen in the pass after five minutes.
    expect(starts.map(({ minute }) => minute)).toEqual([1, 16]);
    const failures = world.lines.filter((line) => line.includes('"message":"image not built"'));
    expect(failures).toHaveLength(2);
    expect(failures[0]).toContain('"level":"error"');
    expect(failures[0]).toContain("FAILED: Error while executing command");
  });

  it("builds new content at once, and keeps serving jobs from the old one", async () => {
    const world = await createImageWorld();
    await world.pass(20 * minutes);
    const reconcile = await redeploy(world, "two");
    await reconcile();
    const began = world.timeline.now();
    const { id } = world.queueJob();
    await world.pass(120);

    expect(world.gitHub.findJob(id)).toMatchObject({ conclusion: "success" });
    expect(await countBuilds(world)).toBe(4);
    expect(listStarts(world, began).at(-1)?.tag).toBe("content-default-arm64-two");
  });

  it("builds what a roll-back brings back, as runners are started from the newer one", async () => {
    const world = await createImageWorld();
    world.ecr.push(imageProject, ["content-default-x86-64-one"]);
    world.ecr.push(imageProject, ["current-default-x86-64", "content-default-x86-64-two"]);
    const began = world.timeline.now();
    await world.pass(90);

    expect(listStarts(world, began)).toContainEqual({
      tag: "content-default-x86-64-one",
      minute: 1,
    });
  });

  it("takes what is there already as it is", async () => {
    const world = await createImageWorld();
    for (const slug of ["x86-64", "arm64"]) {
      world.ecr.push(imageProject, [`current-default-${slug}`, `content-default-${slug}-one`]);
    }
    world.queueJob();
    await world.pass(150);

    expect(countCalls(world, calls)).toEqual({ ...countCalls(world, calls), StartBuild: 0 });
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
  });

  it("does its other work although the registry does not answer, and starts the build later", async () => {
    const world = await createImageWorld();
    world.outside.intercept = async (call, next) =>
      call === "DescribeImages" ? jsonResponse(400, { __type: "AccessDeniedException" }) : next();
    await world.pass(61);
    const log = world.lines.join("");
    expect(log).toContain('"level":"error","message":"image not checked"');
    expect(log).toContain('"message":"due items sent"');

    world.outside.intercept = async (_call, next) => next();
    await world.pass(60);
    expect(await countBuilds(world)).toBe(2);
  });

  it("starts a build a minute later that CodeBuild would not take", async () => {
    const world = await createImageWorld();
    world.outside.intercept = async (call, next) =>
      call === "StartBuild"
        ? jsonResponse(400, { __type: "AccountLimitExceededException", message: "full" })
        : next();
    await world.pass(61);
    expect(world.lines.join("")).toContain('"level":"error","message":"image build not started"');

    world.outside.intercept = async (_call, next) => next();
    await world.pass(60);
    expect(await countBuilds(world)).toBe(2);
  });

  it("builds again what it finds no build of any more", async () => {
    const world = await createImageWorld();
    world.builder.isBroken = true;
    await world.pass(61);
    world.outside.intercept = async (call, next) =>
      call === "BatchGetBuilds" ? jsonResponse(200, { builds: [] }) : next();
    await world.pass(60);

    expect(world.lines.join("")).toContain("the build is not known any more");
  });
});

describe("launch-runner, where an image is not built yet", () => {
  it("holds a job with the reason, before GitHub is asked for anything", async () => {
    const world = await createImageWorld();
    const job = world.queueJob();
    await world.pass(5);

    expect(await readJobItem(world, job)).toMatchObject({
      status: "parked",
      reason: "image 'default' for X86_64 is being built; the job starts when it is there",
      launches: [],
      waits: 0,
    });
    expect(countCalls(world, ["POST generate-jitconfig", "POST access_tokens", "RunTask"])).toEqual(
      {
        "POST generate-jitconfig": 0,
        "POST access_tokens": 0,
        RunTask: 0,
      },
    );
  });

  it("starts it once the image is there, within two minutes", async () => {
    const world = await createImageWorld();
    const began = world.timeline.now();
    const job = world.queueJob({ labels: ["tornade", "arch=ARM64"] });
    await world.pass(10 * minutes);

    expect(world.gitHub.findJob(job.id)).toMatchObject({ conclusion: "success" });
    const launches = world.calls.filter(({ name }) => name === "RunTask");
    expect(launches).toHaveLength(1);
    // The first pass comes after a minute, and the build takes four and a half.
    expect(launches[0]?.at).toBeLessThanOrEqual(began + (60 + 270 + 120) * 1_000);
    expect(countCalls(world, ["POST generate-jitconfig"])).toEqual({
      "POST generate-jitconfig": 1,
    });
    expect((await readJobItem(world, job)).launches).toHaveLength(1);
  });

  it("does not look for an image again that was there", async () => {
    const world = await createImageWorld();
    await world.pass(10 * minutes);
    world.queueJob();
    await world.pass(30);
    world.calls.length = 0;
    world.queueJob();
    await world.pass(30);

    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
    expect(world.calls.filter(({ request }) => request.body.includes("cursor#images"))).toEqual([]);
  });

  it("asks nothing about images that are not built here", async () => {
    const world = await createImageWorld({ env: {} });
    world.queueJob();
    await world.pass(30);

    expect(countCalls(world, ["RunTask", "GetItem"])).toEqual({ RunTask: 1, GetItem: 0 });
  });

  it("tells a job after an hour that its image cannot be built", async () => {
    const world = await createImageWorld();
    world.builder.isBroken = true;
    const job = world.queueJob();
    await world.pass(59 * minutes);
    expect(await readJobItem(world, job)).toMatchObject({
      status: "parked",
      reason: "image 'default' for X86_64 could not be built (3 tries so far)",
    });
    await world.pass(2 * minutes);

    const { status, reason } = await readJobItem(world, job);
    expect(status).toBe("failed");
    // When it is looked at again is drawn at random.
    expect(reason).toMatch(
      /^no runner could be started in 6[01] min: image 'default' for X86_64 could not be built \(3 tries so far\); ask whoever operates tornade here$/u,
    );
    expect(world.lines.join("")).toContain('"level":"error","message":"job given up"');
  });

  it("waits an hour for an image although jobs may wait for capacity for a minute only", async () => {
    const env = { ...imageEnv("one"), TORNADE_CAPACITY_DEADLINE_MINUTES: "1" };
    const world = await createImageWorld({ env });
    world.queueJob();
    await world.pass(10 * minutes);

    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
  });

  it("refuses a job in its own log as soon as there is an image to do so", async () => {
    const world = await createImageWorld();
    world.queueJob({ labels: ["tornade", "runs-on=FARGET"] });
    await world.pass(20 * minutes);

    const [job] = world.gitHub.jobs();
    expect(job).toMatchObject({ conclusion: "failure" });
    expect(job?.annotations.join("")).toContain("runs-on=FARGET");
  });

  it("does not start with an image table that it cannot read", async () => {
    const { surroundings } = await createImageWorld();
    const env = { ...surroundings.env, TORNADE_IMAGES: '{"default":{"X86_64":{"built":1}}}' };
    await expect(createLaunchRunner({ ...surroundings, env })).rejects.toThrow(
      "built of image 'default' should be a flag",
    );
  });
});
