import { describe, expect, it } from "vitest";

import { decodeItem } from "../../functions/core/ledger-codec.ts";
import { jobItem, runItem, runnerItem } from "./builders.ts";

describe("decodeItem", () => {
  it.each([
    ["job", jobItem()],
    ["runner", runnerItem()],
    ["run", runItem()],
  ])("gives back a %s as it was stored", (_kind, item) => {
    expect(decodeItem(JSON.stringify(item))).toEqual(item);
  });

  it.each([
    [
      '{"kind":"walk"}',
      "the ledger holds an item of a kind that is not known; deploy the version that wrote it",
    ],
    [
      "{}",
      "the ledger holds an item of a kind that is not known; deploy the version that wrote it",
    ],
    ["null", "item should be an object, got null"],
    ["", "JSON"],
  ])("refuses %s", (text, message) => {
    expect(() => decodeItem(text)).toThrow(message);
  });
});
