import { describe, expect, it } from "vitest";

import { isRefused } from "../../functions/adapters/aws-error.ts";
import { createParameterStore } from "../../functions/adapters/parameter-store.ts";
import { createFakeAws, errorResponse } from "../support/fake-aws.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

describe("isRefused", () => {
  it.each([
    [400, "AccessDeniedException", true],
    [400, "ParameterNotFound", true],
    [403, "Forbidden", true],
    [400, "ThrottlingException", false],
    [429, "SlowDown", false],
    [500, "InternalServerError", false],
  ])("tells what will not pass from what may: %s %s: %s", async (status, name, refused) => {
    const aws = createFakeAws();
    aws.faults.set("GetParameters", () => errorResponse(status, name));
    const read = createParameterStore(createTestSurroundings(aws.answer));
    const error: unknown = await read(["/a"]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(isRefused(error)).toBe(refused);
  });

  it("takes no answer at all for something that passes", () => {
    expect(isRefused(new Error("socket hang up"))).toBe(false);
  });
});
