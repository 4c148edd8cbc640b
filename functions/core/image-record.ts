import type { BuiltImage } from "./built-image.ts";
import { cursorItemId, type Ledger } from "./ledger.ts";
import { retention } from "./waits.ts";

const recordId = cursorItemId("images");

/** What is known of the images that are built from folders, as the ledger keeps it. */
export type ImageRecord = {
  readonly images: readonly BuiltImage[];
  readonly version: number;
};

/** The record as it is; empty at first. */
export async function readImageRecord(ledger: Ledger): Promise<ImageRecord> {
  const { item, version } = await ledger.read(recordId);
  const { images = [] } = item?.kind === "cursor" ? item : {};
  return { images, version };
}

/** Writes the record where it changed; nothing when another pass was faster, which then is at it. */
export async function writeImageRecord(
  { images: known, version }: ImageRecord,
  images: readonly BuiltImage[],
  { ledger, now }: { readonly ledger: Ledger; readonly now: () => number },
): Promise<void> {
  if (JSON.stringify(images) === JSON.stringify(known)) return;
  const [at, expiresAt] = [now(), now() + retention];
  await ledger.write({ kind: "cursor", id: recordId, at, images, expiresAt }, version);
}
