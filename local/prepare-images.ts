import { CommandError } from "./command-error.ts";
import { describeAnswer, type DockerApi } from "./docker-api.ts";

/** How long the download of an image may take, in milliseconds. */
const pullTimeout = 1_800_000;

/**
 * Sees to it that every image is there before a job needs it; what is missing is pulled.
 * @param buildCommand what makes the image that is taken where nobody names another
 * @throws {CommandError} for one that cannot be had
 */
export async function prepareImages(
  api: DockerApi,
  images: readonly string[],
  buildCommand: string,
): Promise<void> {
  for (const image of new Set(images)) {
    if (await isThere(api, image)) continue;
    // Without a tag an engine pulls all there are; a colon before a slash is that of a port.
    const query = { fromImage: /[:@][^/]*$/u.test(image) ? image : `${image}:latest` };
    const answer = await api.call("POST", "/images/create", { query, timeout: pullTimeout });
    if (await isThere(api, image)) continue;
    const why = answer.status < 400 ? "" : ` (${describeAnswer(answer)})`;
    throw new CommandError(
      `image '${image}' is neither here nor can it be pulled${why}; build it with '${buildCommand}', or name another with --image`,
    );
  }
}

async function isThere(api: DockerApi, image: string): Promise<boolean> {
  const { status } = await api.call("GET", `/images/${image}/json`);
  return status === 200;
}
