import type { LedgerItem } from "./ledger.ts";

/** Longest reason that a row keeps, in characters: longer than our own, unlike other services' messages. */
const longestReason = 600;

/** The item as it is written: whatever is told of what went wrong, its row stays small. */
export function boundReasons(item: LedgerItem): LedgerItem {
  switch (item.kind) {
    case "job": {
      const { refusal } = item;
      return {
        ...boundReason(item),
        ...(refusal === undefined ? {} : { refusal: cut(refusal) }),
        launches: item.launches.map(boundReason),
      };
    }
    case "runner":
      return item.ended === undefined ? item : { ...item, ended: boundReason(item.ended) };
    case "run":
      return boundReason(item);
    case "cap":
    case "cursor":
      return item;
  }
}

function boundReason<Told extends { readonly reason?: string }>(told: Told): Told {
  return told.reason === undefined ? told : { ...told, reason: cut(told.reason) };
}

function cut(text: string): string {
  return text.length > longestReason ? `${text.slice(0, longestReason - 1).toWellFormed()}…` : text;
}
