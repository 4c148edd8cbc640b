import { describe, expect, it } from "vitest";

import { invariants } from "../../../simulator/simulation/bounds.ts";
import type { Violation } from "../../../simulator/simulation/contract.ts";
import { readFaultNames } from "../../../simulator/simulation/fault-rates.ts";
import { createFaults } from "../../../simulator/simulation/faults.ts";
import { createMonitor } from "../../../simulator/simulation/monitor.ts";
import { run } from "../../../simulator/simulation/run.ts";
import { type Sabotage, sabotages } from "../../../simulator/simulation/sabotage.ts";

const jobs = 80;
const mostSeeds = 50;

/** What is found in one run, sabotaged or not. */
async function findViolations(
  seed: number,
  { faults, apply }: Pick<Sabotage, "faults"> & Partial<Sabotage>,
): Promise<readonly Violation[]> {
  const sabotage = apply === undefined ? {} : { sabotage: apply };
  const options = { jobs, seed, faults: readFaultNames(faults), ...sabotage };
  return (await run(options, { createFaults, createMonitor })).violations;
}

describe("sabotages", () => {
  it("are at least fifteen", () => {
    expect(Object.keys(sabotages).length).toBeGreaterThanOrEqual(15);
  });

  it.each(Object.entries(sabotages))(
    "%s is noticed within 50 seeds, by the right invariant, and nothing without it",
    async (_name, sabotage) => {
      const expected = new Set(sabotage.noticedBy.map((name): string => invariants[name]));
      for (let seed = 1; seed <= mostSeeds; seed += 1) {
        const [found] = await findViolations(seed, sabotage);
        if (found === undefined || !expected.has(found.invariant)) continue;
        expect(await findViolations(seed, { faults: sabotage.faults })).toEqual([]);
        return;
      }
      expect.fail(`nobody noticed that this does not hold any more: ${sabotage.rule}`);
    },
  );
});
