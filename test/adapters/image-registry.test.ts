import { describe, expect, it } from "vitest";

import { createImageRegistry } from "../../functions/adapters/image-registry.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { errorResponse } from "../support/fake-aws.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

const build = {
  name: "default",
  architecture: "X86_64",
  currentTag: "current",
  contentTag: "content",
  source: "s3://assets/hash.zip",
  buildImage: "aws/codebuild/standard",
} as const;
const images = { project: "images", repository: "runners", builds: [build] };

/** A registry whose every call has that answer. */
function createRegistry(answer: ReturnType<typeof jsonResponse>) {
  const surroundings = createTestSurroundings(async () => answer);
  return { registry: createImageRegistry(surroundings, images), ...surroundings };
}

describe("createImageRegistry", () => {
  it("finds all tags of an image by one of them", async () => {
    const imageDetails = [{ imageTags: ["current", "content"] }];
    const { registry, requests } = createRegistry(jsonResponse(200, { imageDetails }));
    expect(await registry.findTags("current")).toEqual(["current", "content"]);
    expect(requests.map(({ body }): unknown => JSON.parse(body))).toEqual([
      { repositoryName: "runners", imageIds: [{ imageTag: "current" }] },
    ]);
  });

  it("finds nothing where no image has the tag", async () => {
    const { registry } = createRegistry(errorResponse(400, "ImageNotFoundException"));
    expect(await registry.findTags("current")).toBeUndefined();
  });

  it.each(["RepositoryNotFoundException", "AccessDeniedException"])(
    "does not take %s for an image that is not there",
    async (name) => {
      const { registry } = createRegistry(errorResponse(400, name));
      await expect(registry.findTags("current")).rejects.toMatchObject({ name });
    },
  );

  it("starts a build of the image, with the token", async () => {
    const { registry, requests } = createRegistry(jsonResponse(200, { build: { id: "images:1" } }));
    expect(await registry.startBuild(build, "token")).toEqual({ buildId: "images:1" });
    expect(JSON.parse(requests[0]?.body ?? "")).toMatchObject({
      projectName: "images",
      idempotencyToken: "token",
      environmentTypeOverride: "LINUX_CONTAINER",
      imageOverride: "aws/codebuild/standard",
    });
  });

  it("fails where CodeBuild names no build, or the image is not known", async () => {
    const { registry } = createRegistry(jsonResponse(200, {}));
    await expect(registry.startBuild(build, "token")).rejects.toThrow("returned no build");
    const other = { ...build, name: "other", currentTag: "current-other" };
    await expect(registry.startBuild(other, "token")).rejects.toThrow(
      "nothing is known of how to build current-other",
    );
  });

  it.each([
    [{ buildStatus: "IN_PROGRESS" }, true, "IN_PROGRESS"],
    [{ buildStatus: "TIMED_OUT", phases: [] }, false, "TIMED_OUT"],
    [{}, false, "unknown"],
    [
      {
        buildStatus: "FAILED",
        phases: [
          { phaseStatus: "SUCCEEDED", contexts: [{ message: "" }] },
          { phaseStatus: "FAILED", contexts: [{ message: "exit status 1" }] },
        ],
      },
      false,
      "FAILED: exit status 1",
    ],
    [{ buildStatus: "FAULT", phases: [{ phaseStatus: "FAULT" }] }, false, "FAULT"],
    [undefined, false, "the build is not known any more"],
  ])("tells how the build %j stands", async (found, isRunning, outcome) => {
    const builds = found === undefined ? [] : [found];
    const { registry } = createRegistry(jsonResponse(200, { builds }));
    expect(await registry.readBuild("images:1")).toEqual({ isRunning, outcome });
  });
});
