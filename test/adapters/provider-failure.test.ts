import { describe, expect, it } from "vitest";

import { isNotFound, toLaunchFailure } from "../../functions/adapters/provider-failure.ts";

/** An error as the AWS SDK throws it. */
function awsError(name: string, message: string, httpStatusCode?: number): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}

describe("toLaunchFailure", () => {
  it.each([
    ["a throttle", awsError("ThrottlingException", "Rate exceeded", 400), "throttled"],
    ["a failure of the service", awsError("ServerException", "oops", 500), "unknown"],
    [
      "a good answer that cannot be read",
      awsError("SyntaxError", "Unexpected token", 200),
      "unknown",
    ],
    ["no answer", awsError("TimeoutError", "late"), "unknown"],
    ["an error without metadata", new Error("socket hang up"), "unknown"],
    ["an error with odd metadata", Object.assign(new Error("x"), { $metadata: null }), "unknown"],
    ["a status that is none", Object.assign(new Error("x"), { $metadata: {} }), "unknown"],
    ["what is not an error", "oops", "unknown"],
    [
      "a refusal of the repetition",
      Object.assign(new Error("Rate exceeded"), {
        name: "ThrottlingException",
        $metadata: { httpStatusCode: 400, attempts: 2 },
      }),
      "unknown",
    ],
    ["any other refusal", awsError("PlatformUnknownException", "no", 400), "denied"],
  ])("takes %s for what it is", (_what, error, kind) => {
    expect(toLaunchFailure(error)).toMatchObject({ kind });
  });
});

it("tells in one line of an answer that is not JSON", () => {
  const html = "Unexpected token '<'\n  Deserialization error: to see the raw response, inspect …";
  const error = Object.assign(new SyntaxError(html), { $metadata: { httpStatusCode: 502 } });
  expect(toLaunchFailure(error)).toEqual({
    kind: "unknown",
    message: "AnswerNotUnderstood: AWS answered with something that is not JSON",
  });
});

describe("isNotFound", () => {
  it.each([
    [awsError("InvalidParameterException", "The referenced task was not found.", 400), true],
    [awsError("ResourceNotFoundException", "Build not found for tornade:0", 400), true],
    [awsError("ClusterNotFoundException", "Cluster not found.", 400), false],
    [awsError("AccessDeniedException", "not authorized", 400), false],
    [new Error("getaddrinfo ENOTFOUND ecs"), false],
    ["not found", false],
  ])("%s: %s", (error, answer) => {
    expect(isNotFound(error)).toBe(answer);
  });
});
