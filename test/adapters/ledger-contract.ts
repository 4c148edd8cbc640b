import { beforeEach, describe, expect, it } from "vitest";

import { jobItemId, type Ledger, type LedgerItem } from "../../functions/core/ledger.ts";
import { retention } from "../../functions/core/waits.ts";
import { jobItem, launchedItem, queuedJob, runnerItem, start } from "../core/builders.ts";

/** A ledger to be tested, empty, with the clock that it goes by. */
export type LedgerUnderTest = { readonly ledger: Ledger; readonly clock: { now: number } };

/** What the core relies on in every ledger. */
export function describeLedger(name: string, create: () => Promise<LedgerUnderTest>): void {
  describe(`${name}, a ledger`, () => {
    let clock: LedgerUnderTest["clock"];
    let ledger: Ledger;
    beforeEach(async () => {
      ({ ledger, clock } = await create());
      clock.now = start;
    });

    const item = jobItem();
    const other = jobItem({ status: "launched", reason: "grüße, 東京, \u{1F680}\n\"'\\" });

    it("has no item before it was written", async () => {
      expect(await ledger.read(item.id)).toEqual({ version: 0 });
    });

    it.each<[name: string, written: LedgerItem]>([
      ["a job", item],
      ["a job with odd characters", other],
      ["a launched job", launchedItem()],
      ["a runner", runnerItem()],
      ["a runner that owes something", runnerItem({ owed: ["stop"], wakeAt: 1 })],
    ])("gives back %s as it was written, with how often", async (_name, written) => {
      expect(await ledger.write(written, 0)).toBe(true);
      expect(await ledger.read(written.id)).toEqual({ item: written, version: 1 });
      expect(await ledger.write(written, 1)).toBe(true);
      expect(await ledger.read(written.id)).toEqual({ item: written, version: 2 });
    });

    it("keeps items apart", async () => {
      const neighbour = jobItem({ job: queuedJob({ attempt: 2 }) });
      await ledger.write(item, 0);
      await ledger.write(neighbour, 0);
      expect(await ledger.read(neighbour.id)).toEqual({ item: neighbour, version: 1 });
      expect(await ledger.read(item.id)).toEqual({ item, version: 1 });
    });

    it.each([0, 1, 3])(
      "loses a write to a row that has not version %d any more",
      async (version) => {
        await ledger.write(item, 0);
        await ledger.write(item, 1);
        expect(await ledger.write(other, version)).toBe(false);
        expect(await ledger.read(item.id)).toEqual({ item, version: 2 });
      },
    );

    it("loses a write to a row that does not exist any more", async () => {
      expect(await ledger.write(item, 1)).toBe(false);
      expect(await ledger.read(item.id)).toEqual({ version: 0 });
    });

    it.each([0, 1])("lets one of many writers at version %d win", async (version) => {
      if (version === 1) await ledger.write(item, 0);
      const writers = Array.from({ length: 8 }, (_, waits) => jobItem({ waits: waits + 1 }));
      const held = await Promise.all(writers.map(async (writer) => ledger.write(writer, version)));
      const winners = writers.filter((_, writer) => held[writer]);
      expect(winners).toHaveLength(1);
      expect(await ledger.read(item.id)).toEqual({ item: winners[0], version: version + 1 });
    });

    it("takes an expired item as absent, but lets it be written", async () => {
      await ledger.write(item, 0);
      clock.now = item.expiresAt;
      expect(await ledger.read(item.id)).toEqual({ version: 1 });
      expect(await ledger.due(clock.now, 10)).toEqual([]);
      const renewed = jobItem({ expiresAt: clock.now + retention });
      expect(await ledger.write(renewed, 0)).toBe(false);
      expect(await ledger.write(renewed, 1)).toBe(true);
      expect(await ledger.read(item.id)).toEqual({ item: renewed, version: 2 });
    });

    it("finds what is due by now, and nothing that is due later or never", async () => {
      const owing = runnerItem({ wakeAt: start, owed: ["stop"] });
      const late = jobItem({ job: queuedJob({ id: 2 }), wakeAt: start + 1 });
      const { wakeAt: _wakeAt, ...never } = jobItem({ job: queuedJob({ id: 3 }) });
      for (const written of [owing, late, never]) await ledger.write(written, 0);
      expect(await ledger.due(start, 10)).toEqual([owing]);
      expect(await ledger.due(start - 1, 10)).toEqual([]);
      expect(await ledger.due(start + 1, 10)).toEqual([owing, late]);
    });

    it("forgets what is not due any more", async () => {
      const { wakeAt: _wakeAt, ...settled } = item;
      await ledger.write(item, 0);
      await ledger.write(settled, 1);
      expect(await ledger.due(start, 10)).toEqual([]);
      await ledger.write(jobItem({ wakeAt: start - 9 }), 2);
      expect(await ledger.due(start, 10)).toMatchObject([{ wakeAt: start - 9 }]);
    });

    it("gives the longest due first, however many there are, and no more than asked for", async () => {
      const ids = Array.from({ length: 40 }, (_, index) => 1 + ((index * 17) % 40));
      const items = ids.map((id) => jobItem({ job: queuedJob({ id }), wakeAt: start - id }));
      await Promise.all(items.map(async (written) => ledger.write(written, 0)));
      const inOrder = ids.toSorted((one, two) => two - one).map((id) => jobItemId(`${id}-1`));
      const due = await ledger.due(start, 100);
      expect(due.map(({ id }) => id)).toEqual(inOrder);
      const first = await ledger.due(start, 7);
      expect(first.map(({ id }) => id)).toEqual(inOrder.slice(0, 7));
    });
  });
}
