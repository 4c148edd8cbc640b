import { describe, expect, it } from "vitest";

import { GitHubError } from "../../functions/core/github-error.ts";
import type { CursorItem } from "../../functions/core/cursor-item.ts";
import type { Ledger } from "../../functions/core/ledger.ts";
import { type Deliveries, recoverDeliveries } from "../../functions/core/recover-deliveries.ts";
import { type DeliveryAttempt, redeliveryWindow } from "../../functions/core/redelivery.ts";
import { createMemoryLedger } from "../../simulator/memory-ledger.ts";

const minute = 60_000;
const now = Date.parse("2026-11-21T12:00:00Z");
const cursorId = "cursor#deliveries";

/** A failed attempt at `workflow_job`, made so many minutes ago. */
function delivery(id: number, minutesAgo: number, statusCode = 503): DeliveryAttempt {
  const deliveredAt = now - minutesAgo * minute;
  return { id: String(id), guid: `guid-${id}`, deliveredAt, statusCode, event: "workflow_job" };
}

type FakeLog = Deliveries & {
  readonly questions: { readonly outcome: string; readonly since: number }[];
  readonly asked: number[];
};

function createFakeLog(
  deliveries: readonly DeliveryAttempt[],
  refused: ReadonlySet<number> = new Set(),
): FakeLog {
  const questions: FakeLog["questions"] = [];
  const asked: number[] = [];
  return {
    questions,
    asked,
    list: async ({ outcome, since, most }) => {
      questions.push({ outcome, since });
      const wanted = deliveries.filter(
        ({ statusCode, deliveredAt }) =>
          statusCode < 300 === (outcome === "success") && deliveredAt >= since,
      );
      return { deliveries: wanted.slice(0, most), isCut: false };
    },
    redeliver: async (id) => {
      if (refused.has(Number(id))) throw new Error(`delivery ${id} is too old`);
      asked.push(Number(id));
    },
  };
}

/** GitHub with pages of a hundred, and a clock that each of its answers moves on. */
function createSlowLog(
  log: FakeLog,
  { clock, answerTime }: { clock: { now: number }; answerTime: number },
): FakeLog {
  return {
    ...log,
    list: async (wanted) => {
      const { deliveries } = await log.list(wanted);
      const begun = clock.now;
      const pages = Math.max(1, Math.ceil(deliveries.length / 100));
      const inTime = Math.max(1, Math.ceil((wanted.until - begun) / answerTime));
      const listed = Math.min(pages, inTime);
      clock.now += listed * answerTime;
      return { deliveries: deliveries.slice(0, listed * 100), isCut: listed < pages };
    },
    redeliver: async (id) => {
      clock.now += answerTime;
      await log.redeliver(id);
    },
  };
}

async function rememberedOf(ledger: Ledger): Promise<CursorItem | undefined> {
  const { item } = await ledger.read(cursorId);
  return item?.kind === "cursor" ? item : undefined;
}

async function cursorOf(ledger: Ledger): Promise<number | undefined> {
  return (await rememberedOf(ledger))?.at;
}

async function isAway(): Promise<never> {
  throw new Error("502");
}

describe("recoverDeliveries", () => {
  it("asks one question where nothing failed, and looks no further back the next time", async () => {
    const ledger = createMemoryLedger(() => now);
    const deliveries = createFakeLog([delivery(1, 1, 202)]);

    expect(await recoverDeliveries({ deliveries, ledger, now: () => now })).toEqual({
      asked: 0,
      errors: [],
    });
    await recoverDeliveries({ deliveries, ledger, now: () => now + minute });

    expect(deliveries.questions).toEqual([
      { outcome: "failure", since: now - redeliveryWindow },
      { outcome: "failure", since: now - 5 * minute },
    ]);
    expect(await cursorOf(ledger)).toBe(now - 4 * minute);
  });

  it("asks again for what failed and was not delivered since", async () => {
    const ledger = createMemoryLedger(() => now);
    const mended = { ...delivery(3, 5, 202), guid: "guid-2" };
    const deliveries = createFakeLog([delivery(1, 2), delivery(2, 10), mended]);

    expect(await recoverDeliveries({ deliveries, ledger, now: () => now })).toEqual({
      asked: 1,
      errors: [],
    });

    expect(deliveries.asked).toEqual([1]);
    expect(deliveries.questions[1]).toEqual({ outcome: "success", since: now - 10 * minute });
  });

  it("keeps the cursor at what is open until it is delivered", async () => {
    const ledger = createMemoryLedger(() => now);
    const open = createFakeLog([delivery(1, 20)]);
    await recoverDeliveries({ deliveries: open, ledger, now: () => now });
    expect(await cursorOf(ledger)).toBe(now - 20 * minute);

    const delivered = { ...delivery(2, 10, 202), guid: "guid-1" };
    const settled = createFakeLog([delivery(1, 20), delivered]);
    await recoverDeliveries({ deliveries: settled, ledger, now: () => now + 5 * minute });
    expect(settled.questions[0]?.since).toBe(now - 20 * minute);
    await recoverDeliveries({ deliveries: settled, ledger, now: () => now + 6 * minute });
    expect(await cursorOf(ledger)).toBe(now + minute);
    expect(settled.asked).toEqual([]);
  });

  it("asks no more about a failed event once it knows that it was delivered", async () => {
    const ledger = createMemoryLedger(() => now);
    const delivered = { ...delivery(3, 10, 202), guid: "guid-1" };
    const again = { ...delivery(11, 2), guid: "guid-9", isRedelivery: true } as const;
    const open = [{ ...delivery(10, 20), guid: "guid-9" }, again];
    const deliveries = createFakeLog([delivery(1, 12), delivered, ...open]);
    await recoverDeliveries({ deliveries, ledger, now: () => now });
    deliveries.questions.length = 0;
    await recoverDeliveries({ deliveries, ledger, now: () => now });
    expect(deliveries.questions).toEqual([{ outcome: "failure", since: now - 20 * minute }]);
    expect(deliveries.asked).toEqual([]);
  });

  it("has every failure of an outage delivered once, a few in each pass", async () => {
    const ledger = createMemoryLedger(() => now);
    const failed = Array.from({ length: 2_100 }, (_, index) => delivery(index + 1, index / 60));
    const delivered: DeliveryAttempt[] = [];
    for (let pass = 1; pass <= 71; pass += 1) {
      const deliveries = createFakeLog([...delivered, ...failed]);
      await recoverDeliveries({ deliveries, ledger, now: () => now + pass * minute });
      const accepted = deliveries.asked.map((id) => ({
        ...delivery(10_000 + id, -pass, 202),
        guid: `guid-${id}`,
      }));
      delivered.unshift(...accepted);
    }
    expect(new Set(delivered.map(({ guid }) => guid)).size).toBe(failed.length);
    expect(delivered).toHaveLength(failed.length);
  });

  it("keeps to its budget, and goes on with the rest in the next pass", async () => {
    const ledger = createMemoryLedger(() => now);
    const failed = Array.from({ length: 40 }, (_, index) => delivery(index + 1, 50 - index));
    const deliveries = createFakeLog(failed);

    expect(await recoverDeliveries({ deliveries, ledger, now: () => now })).toEqual({
      asked: 30,
      errors: [],
    });

    expect(deliveries.asked).toEqual(failed.slice(0, 30).map(({ id }) => Number(id)));
    expect(await cursorOf(ledger)).toBe(now - 50 * minute);
  });

  it("is not stopped by one that cannot be delivered again, and tells of it", async () => {
    const ledger = createMemoryLedger(() => now);
    const failed = [delivery(1, 30), delivery(2, 20), delivery(3, 10)];
    const deliveries = createFakeLog(failed, new Set([1]));

    const { asked, errors } = await recoverDeliveries({ deliveries, ledger, now: () => now });

    expect(asked).toBe(2);
    expect(errors).toEqual([new Error("delivery 1 is too old")]);
    expect(deliveries.asked).toEqual([2, 3]);
    expect(await cursorOf(ledger)).toBe(now - 30 * minute);
  });

  it.each([
    ["is refused for good", "GitHubRefused", { first: 3, last: 3, other: 3 }] as const,
    ["meets a limit", "GitHubRateLimited", { first: 60, last: 0, other: 0 }] as const,
    [
      "takes the App for a stranger",
      "CredentialsRefused",
      { first: 60, last: 0, other: 0 },
    ] as const,
    ["is not answered", "GitHubUnavailable", { first: 6, last: 6, other: 3 }] as const,
  ])("asks for no more than makes sense where asking %s: %s", async (_what, code, tries) => {
    const ledger = createMemoryLedger(() => now);
    const failed = Array.from({ length: 30 }, (_, index) => delivery(index + 1, 60));
    const log = createFakeLog([...failed, delivery(31, 2)]);
    const asked: number[] = [];
    const redeliver = async (id: string) => {
      asked.push(Number(id));
      if (Number(id) <= 30) throw new GitHubError(code, `delivery ${id} cannot be redelivered`);
    };
    for (let pass = 0; pass < 60; pass += 1) {
      await recoverDeliveries({
        deliveries: { ...log, redeliver },
        ledger,
        now: () => now + pass * minute,
      });
    }
    const triesOf = (id: number) => asked.filter((one) => one === id).length;
    expect({ first: triesOf(1), last: triesOf(30), other: triesOf(31) }).toEqual(tries);
  });

  it.each([
    ["GitHubRateLimited", 1],
    ["GitHubUnavailable", 3],
  ] as const)("leaves GitHub alone for the rest of the pass after %s: %i", async (code, most) => {
    const ledger = createMemoryLedger(() => now);
    const failed = Array.from({ length: 30 }, (_, index) => delivery(index + 1, 60));
    let calls = 0;
    const redeliver = async () => {
      calls += 1;
      throw new GitHubError(code, "not now");
    };
    const deliveries = { ...createFakeLog(failed), redeliver };
    const { asked, errors } = await recoverDeliveries({ deliveries, ledger, now: () => now });
    expect([asked, errors.length, calls]).toEqual([0, most, most]);
  });

  it("asks three times, ever later, for what GitHub takes without listing it", async () => {
    const ledger = createMemoryLedger(() => now);
    const failed = Array.from({ length: 40 }, (_, index) => delivery(index + 1, 9));
    const askedAt = new Map<number, number[]>();
    for (let pass = 0; pass < 90; pass += 1) {
      const deliveries = createFakeLog(failed);
      await recoverDeliveries({ deliveries, ledger, now: () => now + pass * minute });
      for (const id of deliveries.asked) askedAt.set(id, [...(askedAt.get(id) ?? []), pass]);
    }
    expect(askedAt.get(1)).toEqual([0, 5, 35]);
    expect(askedAt.get(40)).toEqual([1, 6, 36]);
  });

  it("counts once what it asked for and GitHub lists, whenever that is", async () => {
    const ledger = createMemoryLedger(() => now);
    const failed = [delivery(1, 1)];
    const asked: number[] = [];
    for (let pass = 0; pass < 90; pass += 1) {
      const deliveries = createFakeLog(
        failed.filter(({ deliveredAt }) => deliveredAt < now + (pass - 3) * minute),
      );
      await recoverDeliveries({ deliveries, ledger, now: () => now + pass * minute });
      if (deliveries.asked.length === 0) continue;
      asked.push(pass);
      failed.unshift({ ...delivery(100 + pass, -pass, 504), guid: "guid-1" });
    }
    expect(asked).toEqual([3, 8, 38]);
  });

  it("remembers what it asked for as long as GitHub lists it, and no longer", async () => {
    const ledger = createMemoryLedger(() => now);
    const refuse = async () => {
      throw new GitHubError("GitHubRefused", "cannot be redelivered");
    };
    const askedOf = async () => (await rememberedOf(ledger))?.asked;
    const log = { ...createFakeLog([delivery(1, 20), delivery(2, 10)]), redeliver: refuse };
    await recoverDeliveries({ deliveries: log, ledger, now: () => now });
    expect(await askedOf()).toEqual([
      { guid: "guid-1", times: 1, at: now },
      { guid: "guid-2", times: 1, at: now },
    ]);
    const delivered = { ...delivery(3, 0, 202), guid: "guid-2" };
    const later = createFakeLog([delivery(2, 10), delivered]);
    await recoverDeliveries({ deliveries: later, ledger, now: () => now + 6 * minute });
    expect(await askedOf()).toEqual([]);
  });

  it("only looks at more than it must when another pass was faster to write the cursor", async () => {
    const memory = createMemoryLedger(() => now);
    const deliveries = createFakeLog([delivery(1, 2)]);
    const ledger: Ledger = { ...memory, write: async () => false };

    expect(await recoverDeliveries({ deliveries, ledger, now: () => now })).toEqual({
      asked: 1,
      errors: [],
    });
    expect(await cursorOf(memory)).toBeUndefined();

    await recoverDeliveries({ deliveries: createFakeLog([]), ledger: memory, now: () => now });
    expect(await cursorOf(memory)).toBe(now - 5 * minute);
  });

  it("leaves the cursor where it is when GitHub cannot be asked", async () => {
    const ledger = createMemoryLedger(() => now);
    const deliveries = { ...createFakeLog([]), list: isAway };

    await expect(recoverDeliveries({ deliveries, ledger, now: () => now })).rejects.toThrow("502");
    expect(await cursorOf(ledger)).toBeUndefined();
  });

  describe("with a GitHub that is slow to answer", () => {
    const outage = (count: number) =>
      Array.from({ length: count }, (_, index) => delivery(index + 1, 2 + index / 60));

    it("asks for what it has seen of 2,000 failures, and is done before it is killed", async () => {
      const ledger = createMemoryLedger(() => now);
      const clock = { now };
      const log = createFakeLog(outage(2_000));
      const deliveries = createSlowLog(log, { clock, answerTime: 350 });

      const { asked, errors } = await recoverDeliveries({
        deliveries,
        ledger,
        now: () => clock.now,
      });

      expect([asked, errors]).toEqual([log.asked.length, []]);
      expect(asked).toBeGreaterThan(10);
      expect(clock.now - now).toBeLessThan(10_350);
      expect(await rememberedOf(ledger)).toMatchObject({ at: now - redeliveryWindow });
    });

    it.each([350, 1_490, 2_990, 3_010, 3_990])(
      "asks for something where each answer takes %d ms, and begins nothing after ten seconds",
      async (answerTime) => {
        const ledger = createMemoryLedger(() => now);
        const clock = { now };
        const log = createFakeLog([...outage(2_000), delivery(9_999, 1, 202)]);
        const deliveries = createSlowLog(log, { clock, answerTime });
        await recoverDeliveries({ deliveries, ledger, now: () => clock.now });
        expect(log.asked.length).toBeGreaterThan(0);
        expect(clock.now - now).toBeLessThan(10_000 + answerTime);
      },
    );

    it("comes back to what it has not seen, and asks for each event once", async () => {
      const ledger = createMemoryLedger(() => now);
      const failed = outage(400);
      const delivered: DeliveryAttempt[] = [];
      for (let pass = 0; pass < 20; pass += 1) {
        const clock = { now: now + pass * minute };
        const log = createFakeLog([...delivered, ...failed]);
        // Every other pass sees no more than the first hundred.
        const answerTime = pass % 2 === 0 ? 3_100 : 1;
        const deliveries = createSlowLog(log, { clock, answerTime });
        await recoverDeliveries({ deliveries, ledger, now: () => clock.now });
        const accepted = log.asked.map((id) => ({
          ...delivery(10_000 + id, -pass, 202),
          guid: `guid-${id}`,
        }));
        delivered.unshift(...accepted);
      }
      expect(new Set(delivered.map(({ guid }) => guid)).size).toBe(delivered.length);
      expect(delivered.length).toBeGreaterThan(300);
    });

    it("remembers what it has not seen again, but no more than fits its item", async () => {
      const ledger = createMemoryLedger(() => now);
      const settled = Array.from({ length: 3_000 }, (_, index) => `guid-old-${index}`);
      const asked = [{ guid: "guid-asked", times: 2, at: now - 60 * minute }];
      const at = now - 120 * minute;
      const expiresAt = now + minute;
      await ledger.write({ kind: "cursor", id: cursorId, at, settled, asked, expiresAt }, 0);
      const clock = { now };
      const log = createFakeLog([
        ...outage(400),
        delivery(501, 1, 202),
        { ...delivery(500, 1, 202), guid: "guid-1" },
      ]);
      const deliveries = createSlowLog(log, { clock, answerTime: 3_100 });
      await recoverDeliveries({ deliveries, ledger, now: () => clock.now });
      const remembered = await rememberedOf(ledger);
      expect(remembered).toMatchObject({ at });
      expect(remembered?.asked?.slice(0, 1)).toEqual(asked);
      expect(remembered?.settled).toEqual(["guid-1", ...settled.slice(0, 2_899)]);
    });

    it("remembers the refusals that it still heard", async () => {
      const ledger = createMemoryLedger(() => now);
      const clock = { now };
      const refuse = async () => {
        clock.now += 2_000;
        throw new GitHubError("GitHubRefused", "cannot be redelivered");
      };
      const log = { ...createFakeLog(outage(20)), redeliver: refuse };
      const { asked, errors } = await recoverDeliveries({
        deliveries: log,
        ledger,
        now: () => clock.now,
      });
      expect([asked, errors.length]).toEqual([0, 5]);
      expect((await rememberedOf(ledger))?.asked).toHaveLength(5);
    });
  });
});
