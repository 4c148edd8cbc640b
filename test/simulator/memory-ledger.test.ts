import { describe, expect, it } from "vitest";

import { createMemoryLedger } from "../../simulator/memory-ledger.ts";
import { jobItem, runnerItem, start } from "../core/builders.ts";
import { describeLedger } from "../adapters/ledger-contract.ts";

describeLedger("createMemoryLedger", async () => {
  const clock = { now: start };
  return { clock, ledger: createMemoryLedger(() => clock.now) };
});

describe("createMemoryLedger", () => {
  it("lists what has not expired", async () => {
    const ledger = createMemoryLedger(() => start);
    await ledger.write(jobItem(), 0);
    await ledger.write(runnerItem({ expiresAt: start }), 0);
    expect(ledger.list()).toEqual([jobItem()]);
  });

  it("is not changed by what happens to an item after it was written", async () => {
    const ledger = createMemoryLedger(() => start);
    const labels = ["tornade"];
    await ledger.write(runnerItem({ labels }), 0);
    labels.push("more");
    expect(ledger.list()).toEqual([runnerItem({ labels: ["tornade"] })]);
  });
});
