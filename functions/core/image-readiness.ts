import { type BuiltImage, findImage, type ImageName } from "./built-image.ts";
import { imagesCursor } from "./cursor.ts";
import type { Ledger } from "./ledger.ts";

/** Tells which images runners can be started from. */
export interface ImageReadiness {
  /** Why no runner can be started from the image as yet; undefined where one can. */
  whyNotReady(image: ImageName): Promise<string | undefined>;
}

/**
 * Looks up in the ledger what reconcile saw of the images that are `built` from folders, each only until
 * it is there. Of all others nothing is known, and nothing asked.
 */
export function createImageReadiness(built: readonly ImageName[], ledger: Ledger): ImageReadiness {
  const missing = new Set(built);
  return {
    whyNotReady: async ({ name, architecture }) => {
      const image = findImage([...missing], { name: name.toLowerCase(), architecture });
      if (image === undefined) return undefined;
      const { state } = await imagesCursor.read(ledger);
      const known = findImage(state.images, image);
      if (known?.isThere !== true) return describeObstacle(image, known);
      missing.delete(image);
      return undefined;
    },
  };
}

function describeObstacle({ name, architecture }: ImageName, known: BuiltImage | undefined) {
  const { failures = 0 } = known ?? {};
  const image = `image '${name}' for ${architecture}`;
  if (failures === 0) return `${image} is being built; the job starts when it is there`;
  return `${image} could not be built (${failures} ${failures === 1 ? "try" : "tries"} so far)`;
}
