import type { ImageName } from "./built-image.ts";
import { quote, toList } from "./label-text.ts";
import { architectures, type Architecture, type ProviderName } from "./provider.ts";

/** The providers that an image of the image table can be had from, for one architecture. */
export type FindEquipped = (image: ImageName) => readonly ProviderName[];

/** An image for an architecture, and the providers it is wanted from. */
export type ImageWish = {
  readonly image: string;
  readonly architecture: Architecture;
  readonly rungs: readonly ProviderName[];
};

/** Says that no rung has the image for the architecture, and where it is instead. */
export function describeMissingImage(
  { image, architecture, rungs }: ImageWish,
  findEquipped: FindEquipped,
): string {
  const places = architectures.flatMap((one) =>
    toPlace(one, findEquipped({ name: image, architecture: one })),
  );
  const wayOut = toList(places, "or") || "another image";
  const wanted = `${toList(rungs, "or")} ${architecture}`;
  return `image ${quote(image, 40)} does not exist for ${wanted}; use ${wayOut}, or have your operator add it`;
}

function toPlace(
  architecture: Architecture,
  providers: readonly ProviderName[],
): readonly string[] {
  if (providers.length === 0) return [];
  const names = providers.map((name) => `runs-on=${name}`);
  return [`${toList(names, "or")} with arch=${architecture}`];
}
