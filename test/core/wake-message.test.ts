import { describe, expect, it } from "vitest";

import type { LedgerItem } from "../../functions/core/ledger.ts";
import { toWakeMessage } from "../../functions/core/wake-message.ts";
import { jobItem, runItem, runnerItem, start } from "./builders.ts";

const { repository: _repository, ...unknownRunner } = runnerItem();
const cursor = { kind: "cursor", id: "cursor#sweep", at: start, expiresAt: start } as const;

describe("toWakeMessage", () => {
  it.each<[string, LedgerItem, string | undefined]>([
    ["a job", jobItem(), "7"],
    ["a run", runItem(), "7"],
    ["a runner", runnerItem(), "7"],
    ["a runner whose repository is not known", unknownRunner, undefined],
    ["what is about no repository", cursor, undefined],
  ])("puts %s among the messages of its repository", (_what, item, groupId) => {
    const envelope = { version: 1, kind: "wake", itemId: item.id };
    expect(toWakeMessage(item)).toEqual({
      envelope,
      ...(groupId === undefined ? {} : { groupId }),
    });
  });
});
