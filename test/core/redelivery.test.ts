import { describe, expect, it } from "vitest";

import {
  chooseRedeliveries,
  type DeliveryAttempt,
  settledUntil,
} from "../../functions/core/redelivery.ts";

const minute = 60_000;
const now = Date.parse("2026-11-21T12:00:00Z");

let nextId = 1;
function delivery(
  overrides: Partial<DeliveryAttempt> & { readonly minutesAgo?: number } = {},
): DeliveryAttempt {
  const { minutesAgo = 1, ...fields } = overrides;
  nextId += 1;
  return {
    id: String(nextId),
    guid: `guid-${nextId}`,
    deliveredAt: now - minutesAgo * minute,
    statusCode: 503,
    event: "workflow_job",
    ...fields,
  };
}

/** Attempts at one event: the first, and those that were asked for after it. */
function attemptsAt(guid: string, minutesAgo: readonly number[]): readonly DeliveryAttempt[] {
  const first = Math.max(...minutesAgo);
  return minutesAgo.map((ago) =>
    delivery({ guid, minutesAgo: ago, ...(ago === first ? {} : { isRedelivery: true }) }),
  );
}

function choose(deliveries: readonly DeliveryAttempt[], most = 30): readonly string[] {
  return chooseRedeliveries(deliveries, { now, most }).map(({ id }) => id);
}

describe("chooseRedeliveries", () => {
  it.each([500, 502, 503, 504, 408, 429, 0])(
    "asks again at once for one that failed with %i",
    (statusCode) => {
      const failed = delivery({ statusCode });

      expect(choose([failed])).toEqual([failed.id]);
    },
  );

  it("does not ask for the end of a run that would not be run again any more", () => {
    const event = "workflow_run";
    const late = delivery({ event, minutesAgo: 359 });
    expect(choose([late, delivery({ event, minutesAgo: 360 })])).toEqual([late.id]);
  });

  it("leaves alone what one attempt delivered", () => {
    const failed = delivery({ minutesAgo: 5 });

    expect(choose([failed, delivery({ guid: failed.guid, statusCode: 202 })])).toEqual([]);
  });

  it.each([
    ["the first time at once", [0.1], true],
    ["the second time not before five minutes", [20, 4.9], false],
    ["the second time after five minutes", [20, 5], true],
    ["the third time not before half an hour", [60, 50, 29], false],
    ["the third time after half an hour", [60, 50, 30], true],
    ["never a fourth time", [600, 500, 400, 300], false],
  ])("asks %s", (_when, minutesAgo, isAsked) => {
    const attempts = attemptsAt("one", minutesAgo);

    expect(choose(attempts)).toEqual(isAsked ? [attempts.at(-1)?.id] : []);
  });

  it("takes an event that GitHub delivered twice by itself for one that failed once", () => {
    const copies = [3, 2].map((minutesAgo) => delivery({ guid: "one", minutesAgo }));

    expect(choose(copies)).toEqual([copies.at(-1)?.id]);
  });

  it("asks first for what it has not asked for, and last for what GitHub did not answer for", () => {
    const [again, first, unanswered] = [60, 2, 90].map((minutesAgo) => delivery({ minutesAgo }));
    const second = delivery({ guid: again?.guid ?? "", minutesAgo: 20, isRedelivery: true });
    const refused = [delivery({ statusCode: 401, minutesAgo: 30 })];
    const accepted = delivery({ statusCode: 202, minutesAgo: 1 });
    const deliveries = [again, second, first, unanswered, ...refused, accepted].flatMap(
      (one) => one ?? [],
    );
    const chosen = chooseRedeliveries(deliveries, {
      now,
      most: 30,
      unanswered: new Map([[unanswered?.guid ?? "", now]]),
    });
    expect(chosen.map(({ id }) => id)).toEqual(
      [first, second, ...refused, unanswered].map((one) => one?.id),
    );
  });

  it("asks for the newest attempt, in whatever order they are listed", () => {
    const attempts = attemptsAt("one", [10, 40]);

    expect(choose(attempts)).toEqual([attempts[0]?.id]);
    expect(choose(attempts.toReversed())).toEqual([attempts[0]?.id]);
  });

  it("asks for what we refused only after we have accepted something newer", () => {
    const refused = delivery({ statusCode: 401, minutesAgo: 10 });

    expect(choose([refused])).toEqual([]);
    expect(choose([refused, delivery({ statusCode: 202, minutesAgo: 11 })])).toEqual([]);
    expect(choose([refused, delivery({ statusCode: 202, minutesAgo: 9 })])).toEqual([refused.id]);
  });

  it("asks for failures before refusals, and for the oldest of each first", () => {
    const refused = delivery({ statusCode: 401, minutesAgo: 60 });
    const late = delivery({ minutesAgo: 2 });
    const early = delivery({ minutesAgo: 30 });
    const accepted = delivery({ statusCode: 200, minutesAgo: 1 });

    expect(choose([refused, late, early, accepted])).toEqual([early.id, late.id, refused.id]);
  });

  it("keeps to the budget of a pass", () => {
    const failed = Array.from({ length: 50 }, (_, index) => delivery({ minutesAgo: 100 - index }));

    expect(choose(failed, 3)).toEqual(failed.slice(0, 3).map(({ id }) => id));
  });

  it("leaves alone events that nobody waits for, and what GitHub does not deliver any more", () => {
    expect(choose([delivery({ event: "ping" }), delivery({ minutesAgo: 71 * 60 })])).toEqual([]);
  });
});

describe("settledUntil", () => {
  it("is a little before now where everything was delivered", () => {
    expect(settledUntil([delivery({ statusCode: 202 })], now)).toBe(now - 5 * minute);
  });

  it("stays at the first attempt of what is still open", () => {
    const open = attemptsAt("open", [10, 40]);

    expect(settledUntil([delivery({ statusCode: 202 }), ...open], now)).toBe(now - 40 * minute);
  });

  it("passes by what was given up", () => {
    const attempts = attemptsAt("one", [600, 500, 400, 300]);

    expect(settledUntil(attempts, now)).toBe(now - 5 * minute);
  });

  it("does not part the attempts of one event, or they would be counted as fewer", () => {
    const one = attemptsAt("one", [90, 60, 30, 4]);
    const other = attemptsAt("other", [200, 150, 100, 70]);

    expect(settledUntil([...one, ...other], now)).toBe(now - 200 * minute);
  });
});
