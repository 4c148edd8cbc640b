import { describe, expect, it } from "vitest";

import { checkPromises } from "./promises.ts";

describe("dispatch, whatever happens", () => {
  // A failure tells the seed and the shortest sequence that shows it.
  it("keeps its promises in thousands of sequences that nobody has seen before", async () => {
    await expect(checkPromises({ numRuns: 8_000 })).resolves.toBeUndefined();
  });
});
