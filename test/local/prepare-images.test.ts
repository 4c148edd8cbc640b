import { describe, expect, it } from "vitest";

import { CommandError } from "../../local/command-error.ts";
import type { DockerAnswer, DockerRequest } from "../../local/docker-api.ts";
import { prepareImages } from "../../local/prepare-images.ts";

/** An engine that has some images, and can pull others. */
function createEngine(images: string[], pullable: readonly string[] = []) {
  const pulled: string[] = [];
  const call = async (
    method: string,
    path: string,
    { query = {} }: DockerRequest = {},
  ): Promise<DockerAnswer> => {
    if (method === "GET") {
      const [, image = ""] = /^\/images\/(.+)\/json$/u.exec(path) ?? [];
      return { status: images.includes(image) ? 200 : 404, body: {} };
    }
    const image = String(query["fromImage"]);
    pulled.push(image);
    if (!pullable.includes(image)) return { status: 404, body: { message: "pull access denied" } };
    images.push(image);
    return { status: 200, body: {} };
  };
  return { api: { call, follow: async function* follow() {} }, pulled };
}

describe("prepareImages", () => {
  it("pulls nothing that is there", async () => {
    const { api, pulled } = createEngine(["mine:1", "yours:1"]);
    await prepareImages(api, ["mine:1", "yours:1", "mine:1"], "make image");

    expect(pulled).toEqual([]);
  });

  it.each(["ghcr.io/acme/node:24", "localhost:5000/node@sha256:12"])("pulls %s", async (image) => {
    const { api, pulled } = createEngine([], [image]);
    await prepareImages(api, [image], "make image");

    expect(pulled).toEqual([image]);
  });

  it("pulls the newest where no tag is named, and not all", async () => {
    const { api, pulled } = createEngine([]);

    await expect(prepareImages(api, ["localhost:5000/node"], "make image")).rejects.toThrow(
      CommandError,
    );
    expect(pulled).toEqual(["localhost:5000/node:latest"]);
  });

  it("says how to build what cannot be pulled", async () => {
    const { api } = createEngine([]);
    const prepared = prepareImages(api, ["tornade-runner"], "make image");

    await expect(prepared).rejects.toThrow(
      new CommandError(
        "image 'tornade-runner' is neither here nor can it be pulled (404 pull access denied); build it with 'make image', or name another with --image",
      ),
    );
  });
});
