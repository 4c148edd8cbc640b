import { type BuiltImage, findImage, type ImageName, type WantedImage } from "./built-image.ts";
import { imagesCursor } from "./cursor.ts";
import type { Ledger } from "./ledger.ts";
import type { Log } from "./log.ts";

/** Where images are, and what builds them. */
export interface ImageRegistry {
  /** All tags of the image that has this one; undefined where none has it. */
  findTags(tag: string): Promise<readonly string[] | undefined>;
  /** Begins to build an image; the same token within a few minutes gives the same build. */
  startBuild(image: WantedImage, token: string): Promise<{ readonly buildId: string }>;
  readBuild(buildId: string): Promise<Build>;
}

/** How a build stands; `outcome` is for people. */
export type Build = { readonly isRunning: boolean; readonly outcome: string };

/** What a pass over the images needs of the outside. */
export type ImagePorts = {
  readonly imageRegistry: ImageRegistry;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly now: () => number;
  readonly stack: string;
};

const minute = 60_000;

/** An image that is there is looked for again after this: somebody may have deleted it. */
const checkPeriod = 24 * 60 * minute;

const longestGap = 6 * 60 * minute;

/**
 * A pass over the images that are built from folders: what the registry lacks is built, and built again
 * when that failed. Once all are there, the pass asks nobody anything for a day.
 */
export function createImagePass(
  wanted: readonly WantedImage[],
  ports: ImagePorts,
): () => Promise<void> {
  let quietUntil = wanted.length === 0 ? Number.POSITIVE_INFINITY : 0;
  return async () => {
    if (ports.now() < quietUntil) return;
    const record = await imagesCursor.read(ports.ledger);
    const images = await Promise.all(
      wanted.map(async (image) => look(image, findImage(record.state.images, image), ports)),
    );
    // A start that is not remembered is repeated with the same token, so it gives the same build.
    await imagesCursor.write(record, { images }, ports);
    tellUnbuilt(images, ports);
    quietUntil = Math.min(...images.map(nextLook));
  };
}

// Runners are started from what was built before, which nobody would notice until GitHub retires it.
function tellUnbuilt(images: readonly BuiltImage[], { log, now, stack }: ImagePorts): void {
  const unbuilt = images.filter(({ failures, state }) => failures > 0 || state.kind === "missing");
  if (unbuilt.length === 0) return;
  const figures = { UnbuiltImages: unbuilt.length };
  log.warn(
    "images cannot be built",
    { images: unbuilt.map(describe) },
    { at: now(), stack, figures },
  );
}

/** Milliseconds until a content is built again whose builds have failed so many times. */
export function buildGap(failures: number): number {
  return Math.min(longestGap, 10 * minute * 2 ** (failures - 1));
}

function nextLook({ state }: BuiltImage): number {
  return state.kind === "built" ? state.seenAt + checkPeriod : 0;
}

async function look(
  wanted: WantedImage,
  known: BuiltImage | undefined,
  ports: ImagePorts,
): Promise<BuiltImage> {
  const image = known ?? newImage(wanted);
  try {
    return await advance(wanted, image, ports);
  } catch (error) {
    ports.log.error("image not checked", { image: describe(wanted), error });
    return image;
  }
}

function newImage({ name, architecture, contentTag }: WantedImage): BuiltImage {
  const state = { kind: "missing", buildAt: 0 } as const;
  return { name, architecture, contentTag, isThere: false, failures: 0, state };
}

async function advance(
  wanted: WantedImage,
  known: BuiltImage,
  ports: ImagePorts,
): Promise<BuiltImage> {
  const { state } = known;
  const isSame = known.contentTag === wanted.contentTag;
  if (isSame && ports.now() < nextLook(known)) return known;
  const build = state.kind === "building" ? await readBuild(state.buildId, ports) : undefined;
  // One of older content included: were it the last to end, its image would be the current one.
  if (build?.isRunning === true) return known;
  const { contentTag, currentTag } = wanted;
  const tags = await ports.imageRegistry.findTags(currentTag);
  const seen = { ...known, contentTag, isThere: tags !== undefined };
  // After a roll-back the content is there, but not what runners are started from.
  if (tags?.includes(contentTag) === true) {
    return { ...seen, failures: 0, state: { kind: "built", seenAt: ports.now() } };
  }
  if (!isSame || state.kind === "built") return start(wanted, { ...seen, failures: 0 }, ports);
  if (build !== undefined) return recordFailure(wanted, { ...seen, build }, ports);
  return state.kind === "missing" && state.buildAt > ports.now()
    ? seen
    : start(wanted, seen, ports);
}

type EndedBuild = Build & { readonly buildId: string };

async function readBuild(buildId: string, { imageRegistry }: ImagePorts): Promise<EndedBuild> {
  return { ...(await imageRegistry.readBuild(buildId)), buildId };
}

async function start(
  wanted: WantedImage,
  image: BuiltImage,
  { imageRegistry, log, now }: ImagePorts,
): Promise<BuiltImage> {
  const { contentTag, failures } = image;
  const token = `${contentTag}-${failures}`;
  try {
    const { buildId } = await imageRegistry.startBuild(wanted, token);
    log.info("image build started", { image: describe(wanted), contentTag, buildId });
    return { ...image, state: { kind: "building", buildId } };
  } catch (error) {
    log.error("image build not started", { image: describe(wanted), contentTag, error });
    return { ...image, state: { kind: "missing", buildAt: now() } };
  }
}

function recordFailure(
  wanted: WantedImage,
  { build, ...image }: BuiltImage & { readonly build: EndedBuild },
  { log, now }: ImagePorts,
): BuiltImage {
  const failures = image.failures + 1;
  const buildAt = now() + buildGap(failures);
  const { buildId, outcome } = build;
  log.error("image not built", { image: describe(wanted), failures, buildId, outcome, buildAt });
  return { ...image, failures, state: { kind: "missing", buildAt } };
}

function describe({ name, architecture }: ImageName): string {
  return `${name} ${architecture}`;
}
