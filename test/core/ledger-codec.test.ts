import { describe, expect, it } from "vitest";

import { decodeItem } from "../../functions/core/ledger-codec.ts";
import { jobItem, runItem, runnerItem } from "./builders.ts";

describe("decodeItem", () => {
  it.each([jobItem(), runnerItem(), runItem()])("gives back what was stored", (item) => {
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
