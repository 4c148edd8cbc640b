import { describe, expect, it } from "vitest";

import { createTokenCache } from "../../functions/adapters/token-cache.ts";

const start = Date.parse("2026-11-21T12:00:00Z");

function toEntry(token: string, end: number): string {
  return [token, new Date(start).toISOString(), new Date(end).toISOString(), "selected"].join("|");
}

describe("createTokenCache", () => {
  it("keeps an entry until a minute before its token ends", () => {
    const clock = { now: start };
    const cache = createTokenCache(() => clock.now);
    const entry = toEntry("ghs_1010_a.b.c", start + 3_600_000);
    cache.set("key", entry);

    clock.now = start + 3_539_999;
    expect(cache.get("key")).toBe(entry);

    clock.now += 1;
    expect(cache.get("key")).toBe("");
  });

  it("knows nothing of a key that was never set", () => {
    expect(createTokenCache(() => start).get("key")).toBe("");
  });

  it("forgets a token wherever it is kept, and no other", () => {
    const cache = createTokenCache(() => start);
    const [first, other] = ["first", "other"].map((name) => toEntry(name, start + 3_600_000));
    cache.set("one", first ?? "");
    cache.set("two", other ?? "");
    cache.set("three", first ?? "");
    cache.forget("first");

    expect(["one", "two", "three"].map(cache.get)).toEqual(["", other, ""]);
  });

  it("does not keep what has no end", () => {
    const cache = createTokenCache(() => start);
    cache.set("key", "no end in sight");

    expect(cache.get("key")).toBe("");
  });

  it("replaces an entry, and keeps the others", () => {
    const cache = createTokenCache(() => start);
    cache.set("one", toEntry("first", start + 3_600_000));
    cache.set("two", toEntry("other", start + 3_600_000));
    cache.set("one", toEntry("second", start + 3_600_000));

    expect([cache.get("one"), cache.get("two")].map((entry) => entry.split("|")[0])).toEqual([
      "second",
      "other",
    ]);
  });
});
