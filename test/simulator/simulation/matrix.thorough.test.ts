import { expect, it } from "vitest";

import { simulate } from "../../../simulator/simulation/simulate.ts";

it("launches as many runners as a matrix has jobs, whoever takes whose", async () => {
  const options = { jobs: 512, seed: 1, faults: new Set<never>(), workload: "matrix" } as const;
  const { violations, launches } = await simulate(options);

  expect(violations).toEqual([]);
  expect(launches).toBe(512);
});
