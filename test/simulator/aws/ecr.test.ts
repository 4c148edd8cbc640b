import { DescribeImagesCommand } from "@aws-sdk/client-ecr";
import { describe, expect, it } from "vitest";

import { createSimulatedAws, rejection, START } from "../../support/simulated-aws.ts";

/** A registry with one repository, in which `current` has moved from one image to the next. */
function createRegistry() {
  const { aws, ecr } = createSimulatedAws();
  aws.ecr.createRepository("runners");
  aws.ecr.push("runners", ["current", "one"]);
  aws.ecr.push("runners", ["current", "two"]);
  const describeImages = async (...tags: readonly string[]) => {
    const ids = { imageIds: tags.map((imageTag) => ({ imageTag })) };
    const { imageDetails = [] } = await ecr.send(
      new DescribeImagesCommand({ repositoryName: "runners", ...(tags.length > 0 && ids) }),
    );
    return imageDetails;
  };
  return { aws, ecr, describeImages };
}

describe("DescribeImages", () => {
  it("gives all tags of an image that is asked for by one of them", async () => {
    const { describeImages } = createRegistry();
    expect(await describeImages("current")).toMatchObject([
      {
        registryId: "123456789012",
        repositoryName: "runners",
        imageTags: ["current", "two"],
        imagePushedAt: new Date(START),
      },
    ]);
  });

  it("names an image once, and has no tags of one without any", async () => {
    const { aws, describeImages } = createRegistry();
    expect(await describeImages("current", "two")).toHaveLength(1);
    aws.ecr.untag("runners", "one");
    const [one, two] = await describeImages();
    expect(one).not.toHaveProperty("imageTags");
    expect(two?.imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/u);
    expect(two?.imageDigest).not.toBe(one?.imageDigest);
  });

  it("fails as a whole where one of the tags is not there", async () => {
    const { describeImages } = createRegistry();
    expect(await rejection(describeImages("current", "three"))).toMatchObject({
      name: "ImageNotFoundException",
      message:
        "The image with imageId {imageDigest:'null', imageTag:'three'} does not exist within the repository with name 'runners' in the registry with id '123456789012'",
    });
  });

  it("fails for a repository that is not there", async () => {
    const { ecr } = createRegistry();
    const described = ecr.send(new DescribeImagesCommand({ repositoryName: "other" }));
    expect(await rejection(described)).toMatchObject({ name: "RepositoryNotFoundException" });
  });
});
