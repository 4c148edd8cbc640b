import type { LedgerItem } from "./ledger.ts";
import { readObject } from "./read-json.ts";

const itemKinds: readonly LedgerItem["kind"][] = ["job", "runner", "run", "cap", "cursor"];

/**
 * An item as the ledger stored it. Only the kind is looked at: nothing but tornade writes the ledger.
 * @throws {Error} when the text is no item
 */
export function decodeItem(text: string): LedgerItem {
  const item: unknown = JSON.parse(text);
  if (isItem(item)) return item;
  throw new Error(
    "the ledger holds an item of a kind that is not known; deploy the version that wrote it",
  );
}

function isItem(value: unknown): value is LedgerItem {
  const { kind } = readObject(value, "item");
  return itemKinds.some((known) => known === kind);
}
