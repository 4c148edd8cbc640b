import { describe, expect, it } from "vitest";

import { checkPromises } from "./promises.ts";

describe("dispatch, whatever happens", () => {
  // Another seed is worth a try now and then.
  it("keeps its promises in thousands of sequences more", async () => {
    await expect(checkPromises({ numRuns: 8_000, seed: 2026 })).resolves.toBeUndefined();
  });
});
