import type { ActiveRepository, InstallationLook } from "./cursor-item.ts";
import { cursorItemId, type Ledger } from "./ledger.ts";
import { boundRuns } from "./sweep.ts";
import { retention } from "./waits.ts";

const recordId = cursorItemId("installations");

/** How far the look for repositories that became active has come. */
export type Discovery = {
  /** When the installations were last listed, in milliseconds since the epoch. */
  readonly at: number;
  readonly installations: readonly InstallationLook[];
  /** The repositories that wait for their sweep. */
  readonly repositories: readonly ActiveRepository[];
};

/** A discovery as the ledger keeps it. */
export type DiscoveryRecord = { readonly discovery: Discovery; readonly version: number };

/** The record as it is; nothing was ever looked at at first. */
export async function readDiscovery(ledger: Ledger): Promise<DiscoveryRecord> {
  const { item, version } = await ledger.read(recordId);
  const { at = 0, installations = [], repositories = [] } = item?.kind === "cursor" ? item : {};
  return { discovery: { at, installations, repositories }, version };
}

/** Writes the record where it changed; nothing when another pass was faster, which then is at it. */
export async function writeDiscovery(
  { discovery: known, version }: DiscoveryRecord,
  looked: Discovery,
  { ledger, now }: { readonly ledger: Ledger; readonly now: () => number },
): Promise<DiscoveryRecord | undefined> {
  const discovery = { ...looked, repositories: boundRuns(looked.repositories) };
  if (JSON.stringify(discovery) === JSON.stringify(known)) return { discovery, version };
  const expiresAt = now() + retention;
  const item = { kind: "cursor", id: recordId, ...discovery, expiresAt } as const;
  const isWritten = await ledger.write(item, version);
  return isWritten ? { discovery, version: version + 1 } : undefined;
}
