import { describe, expect, it } from "vitest";

import {
  classifyLaunchFailure,
  isUnplaced,
  type ProviderFailure,
} from "../../functions/core/launch-failure.ts";

function thrown(name: string, message: string, status = 400): ProviderFailure {
  return { channel: "thrown", name, message, status };
}

describe("classifyLaunchFailure", () => {
  it.each([
    [thrown("ThrottlingException", "Rate exceeded"), "throttled"],
    [thrown("TooManyRequestsException", ""), "throttled"],
    [
      thrown(
        "InvalidParameterException",
        "Error retrieving security group information: Request limit exceeded. (ErrorCode: RequestLimitExceeded)",
      ),
      "throttled",
    ],
    [thrown("ClientException", "Capacity is unavailable at this time."), "no-capacity"],
    [
      thrown("ClientException", "You've reached the limit on the number of vCPUs you can run"),
      "quota",
    ],
    [thrown("AccountLimitExceededException", "Cannot have more than 10 active builds"), "quota"],
    [thrown("InvalidInputException", "cannot have more than 10 active builds"), "quota"],
    [thrown("ConflictException", "The clientToken was used already"), "unknown"],
    [thrown("InvalidInputException", "parameter mismatch error"), "unknown"],
    [thrown("InvalidParameterException", "Overrides length must be at most 8192"), "invalid"],
    [thrown("ClientException", "No Fargate configuration exists for given values."), "invalid"],
    [thrown("InvalidInputException", "An environment variable should be at most 4096"), "invalid"],
    [thrown("AccessDeniedException", "not authorized to perform: ecs:RunTask"), "denied"],
    [thrown("ClusterNotFoundException", "Cluster not found."), "denied"],
    [thrown("ServerException", "Service unavailable", 503), "unknown"],
    [thrown("ThrottlingException", "Rate exceeded", 500), "unknown"],
    [{ channel: "thrown", name: "TimeoutError", message: "socket hang up" } as const, "unknown"],
  ])("makes of %j: %s", (failure, kind) => {
    expect(classifyLaunchFailure(failure)).toMatchObject({ kind });
  });

  it("takes every entry of `failures` as a lack of capacity", () => {
    const failure = { channel: "failures", name: "RESOURCE:ENI", message: "" } as const;
    expect(classifyLaunchFailure(failure)).toEqual({
      kind: "no-capacity",
      message: "RESOURCE:ENI",
    });
  });

  it("says what happened in the words of the service", () => {
    const failure = thrown("AccessDeniedException", "not authorized");
    expect(classifyLaunchFailure(failure).message).toBe("AccessDeniedException: not authorized");
  });
});

describe("isUnplaced", () => {
  const attempt = "Unexpected EC2 error while attempting to Create Network Interface in subnet 's'";
  it.each([
    [attempt, true],
    [`${attempt}: InsufficientFreeAddressesInSubnet`, true],
    ["Timeout waiting for network interface provisioning to complete.", true],
    ["Timeout waiting for EphemeralStorage provisioning to complete.", true],
    ["Capacity is unavailable at this time. Please try again later", true],
    ["CannotPullContainerError: toomanyrequests: Rate exceeded", true],
    [`${attempt}: InvalidSubnetID.NotFound`, false],
    [`${attempt}: UnauthorizedOperation`, false],
    ["CannotPullContainerError: acme/quota-runner: not found", false],
    ["ResourceInitializationError: unable to pull secrets or registry auth", false],
  ])("tells of a task that failed to start with %s: %s", (reason, expected) => {
    expect(isUnplaced(`TaskFailedToStart: ${reason}`)).toBe(expected);
  });
});
