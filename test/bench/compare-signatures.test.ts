import { describe, expect, it } from "vitest";

import { compareSignatures } from "../../bench/compare-signatures.ts";

describe("compareSignatures", () => {
  it("finds that the floor signs as the SDK does", async () => {
    const { floor, sdk } = await compareSignatures();
    expect(sdk).toMatch(
      /^AWS4-HMAC-SHA256 Credential=benchmark\/\d{8}\/eu-west-1\/sqs\/aws4_request, /u,
    );
    expect(floor).toBe(sdk);
  });
});
