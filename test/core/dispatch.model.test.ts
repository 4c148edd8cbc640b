import { describe, expect, it } from "vitest";

import { checkPromises } from "./promises.ts";
import { sequences } from "./sequences.ts";

describe("dispatch, whatever happens", () => {
  it.each(sequences)("keeps its promises when %s", async (_case, steps) => {
    await expect(checkPromises({ numRuns: 1, examples: [[[...steps]]] })).resolves.toBeUndefined();
  });

  // The same sequences every time, so that a failure is the change's.
  it("keeps its promises at every moment, and serves or fails every job in the end", async () => {
    await expect(checkPromises({ numRuns: 1_000, seed: 1 })).resolves.toBeUndefined();
  });
});
