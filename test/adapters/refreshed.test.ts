import { describe, expect, it } from "vitest";

import type { Log } from "../../functions/core/log.ts";
import { createRefreshed } from "../../functions/adapters/refreshed.ts";

function createCounted() {
  const state = { now: 1_000_000, loads: 0, broken: false };
  const load = async (): Promise<number> => {
    state.loads += 1;
    if (state.broken) throw new Error("down");
    return state.loads;
  };
  const stale: unknown[] = [];
  const warn: Log["warn"] = (_message, fields) => stale.push(fields?.["error"]);
  const log: Log = { info: () => {}, warn, error: () => {} };
  const options = { now: () => state.now, log, maximumAge: 300, minimumAge: 30 };
  return { state, stale, refreshed: createRefreshed(load, options) };
}

describe("createRefreshed", () => {
  it("loads when first asked and keeps the value until it is old", async () => {
    const { state, refreshed } = createCounted();
    expect(state.loads).toBe(0);
    expect(await refreshed.get()).toBe(1);
    state.now += 299;
    expect(await refreshed.get()).toBe(1);
    state.now += 1;
    expect(await refreshed.get()).toBe(2);
  });

  it("reloads at most once within the minimum age", async () => {
    const { state, refreshed } = createCounted();
    await refreshed.get();
    state.now += 29;
    expect(await refreshed.reload()).toBe(1);
    state.now += 1;
    expect(await refreshed.reload()).toBe(2);
    expect(await refreshed.reload()).toBe(2);
  });

  it("never keeps a first failure", async () => {
    const { state, stale, refreshed } = createCounted();
    state.broken = true;
    await expect(refreshed.get()).rejects.toThrow("down");
    await expect(refreshed.get()).rejects.toThrow("down");
    state.broken = false;
    expect(await refreshed.get()).toBe(3);
    expect(stale).toEqual([]);
  });

  it("keeps the old value in service when a later load fails, says so, and tries again", async () => {
    const { state, stale, refreshed } = createCounted();
    await refreshed.get();
    state.broken = true;
    state.now += 300;
    expect(await refreshed.get()).toBe(1);
    expect(await refreshed.get()).toBe(1);
    expect(state.loads).toBe(2);
    expect(stale).toEqual([new Error("down")]);
    state.broken = false;
    state.now += 300;
    expect(await refreshed.get()).toBe(3);
    expect(stale).toHaveLength(1);
  });

  it("loads once for all who ask at the same time", async () => {
    const { state, refreshed } = createCounted();
    const values = await Promise.all([refreshed.get(), refreshed.get(), refreshed.reload()]);
    expect(values).toEqual([1, 1, 1]);
    expect(state.loads).toBe(1);
  });

  it("gives all who reload at the same time the new value, and others the old one meanwhile", async () => {
    const { state, refreshed } = createCounted();
    await refreshed.get();
    state.now += 30;
    const { reload, get } = refreshed;
    expect(await Promise.all([reload(), reload(), get(), reload()])).toEqual([2, 2, 1, 2]);
    expect(await refreshed.reload()).toBe(2);
    expect(state.loads).toBe(2);
  });

  it("fails for all who ask at the same time", async () => {
    const { state, refreshed } = createCounted();
    state.broken = true;
    const results = await Promise.allSettled([refreshed.get(), refreshed.get()]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(state.loads).toBe(1);
  });
});
