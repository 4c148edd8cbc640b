import type { ActiveRepository } from "./cursor-item.ts";
import { cursorItemId, type Ledger } from "./ledger.ts";
import { boundRuns } from "./sweep.ts";
import { retention } from "./waits.ts";

type RecordPorts = { readonly ledger: Ledger; readonly now: () => number };

const recordId = cursorItemId("sweep");

/** Which repositories were active lately, as the ledger keeps it. */
export type SweepRecord = {
  readonly repositories: readonly ActiveRepository[];
  readonly version: number;
};

/** The record as it is; empty at first. */
export async function readRecord({ ledger }: Pick<RecordPorts, "ledger">): Promise<SweepRecord> {
  const { item, version } = await ledger.read(recordId);
  return { repositories: item?.kind === "cursor" ? (item.repositories ?? []) : [], version };
}

/** Writes the record where it changed; nothing when another pass was faster, which then is at it. */
export async function writeRecord(
  { repositories: known, version }: SweepRecord,
  active: readonly ActiveRepository[],
  { ledger, now }: RecordPorts,
): Promise<SweepRecord | undefined> {
  const repositories = boundRuns(active);
  if (JSON.stringify(repositories) === JSON.stringify(known)) return { repositories, version };
  const [at, expiresAt] = [now(), now() + retention];
  const item = { kind: "cursor", id: recordId, at, repositories, expiresAt } as const;
  const isWritten = await ledger.write(item, version);
  return isWritten ? { repositories, version: version + 1 } : undefined;
}
