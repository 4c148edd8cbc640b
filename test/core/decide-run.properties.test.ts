import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { Decision, LedgerEvent } from "../../functions/core/decision.ts";
import { itemsAbout } from "../../functions/core/items-about.ts";
import type { ItemId, LedgerItem, RunItem } from "../../functions/core/ledger.ts";
import { circumstances, runEvent, runItem, runnerItem, start } from "./builders.ts";

const names = ["tornade-1-1-1", "tornade-2-1-1", "GitHub Actions 5", ""];
const anyNames = fc.subarray(names);
const owing = runItem({ status: "interrupted", owed: ["rerun"], onDemandSince: start });

const anyEvent: fc.Arbitrary<LedgerEvent> = fc.oneof(
  fc
    .record({
      conclusion: fc.constantFrom("failure", "cancelled", "success", ""),
      attempt: fc.integer({ min: 0, max: 3 }),
    })
    .map((fields) => runEvent(fields)),
  anyNames.map((runnerNames) => ({ kind: "run-listed" as const, run: runItem(), runnerNames })),
  fc.constant({ kind: "run-rerun" as const, run: owing }),
  fc
    .constantFrom(runItem(), owing)
    .map((run) => ({ kind: "run-not-asked" as const, run, message: "502" })),
  fc.constant({ kind: "wake" as const, itemId: runItem().id }),
);

const anyRunner = fc
  .record({
    name: fc.constantFrom("tornade-1-1-1", "tornade-2-1-1"),
    provider: fc.constantFrom("FARGATE" as const, "FARGATE_SPOT" as const),
    interrupted: fc.boolean(),
    ended: fc.option(fc.constant({ at: start, reason: "gone" }), { nil: undefined }),
  })
  .map(({ ended, ...fields }) =>
    runnerItem({ ...fields, ...(ended === undefined ? {} : { ended }) }),
  );

const anyStep = fc.record({
  event: anyEvent,
  runner: anyRunner,
  later: fc.constantFrom(0, 1_000, 30_000, 400_000),
});
const anyHistory = fc.array(anyStep, { maxLength: 30, size: "max" });

type Shown = { readonly before: RunItem | undefined; readonly decision: Decision };

/** Decides one event after another, with the runners' ends told in between. */
function replay(
  history: readonly { event: LedgerEvent; runner: LedgerItem; later: number }[],
): readonly Shown[] {
  const items = new Map<ItemId, LedgerItem>();
  let now = start;
  return history.map(({ event, runner, later }) => {
    now += later;
    items.set(runner.id, runner);
    const before = [...items.values()].find((item) => item.kind === "run");
    const decision = decide(new Map(items), event, circumstances({ now }));
    const about = new Set(itemsAbout(event, { items, asked: items }, "tornade"));
    for (const item of decision.writes) {
      expect(about).toContain(item.id);
      items.set(item.id, item);
    }
    return { before, decision };
  });
}

function runsIn(writes: readonly LedgerItem[]): readonly RunItem[] {
  return writes.filter((item) => item.kind === "run");
}

describe("decide, about runs", () => {
  it("asks for one re-run at most, and only of what owes it in the ledger", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const shown = replay(history);
        for (const { before, decision } of shown) {
          const asked = decision.actions.flatMap((act) => (act.kind === "rerun" ? act.item : []));
          expect(asked).toEqual(runsIn(asked.length === 0 ? [] : decision.writes));
          expect(asked.filter(({ owed }) => owed.length === 0)).toEqual([]);
          const isDone = before !== undefined && isOver(before);
          expect(isDone ? [...decision.writes, ...decision.actions] : []).toEqual([]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("leaves none that is not over without a time to look at it", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const item of replay(history).flatMap(({ decision }) => runsIn(decision.writes))) {
          expect(item.wakeAt === undefined).toBe(isOver(item));
          expect(item.owed).toEqual(item.status === "interrupted" ? ["rerun"] : []);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

function isOver({ status }: RunItem): boolean {
  return status === "rerun" || status === "left" || status === "failed";
}
