import { describe, expect, it } from "vitest";

import { hasOptedIn } from "../../functions/core/rerun-repositories.ts";

describe("hasOptedIn", () => {
  it.each([
    ["acme/app", ["acme/app"], true],
    ["Acme/App", ["acme/app"], true],
    ["acme/app", ["ACME/*"], true],
    ["acme/app", ["octo-org/docs", "acme/app"], true],
    ["acme/app-2", ["acme/app"], false],
    ["acme-2/app", ["acme/*"], false],
    ["acme/*", ["acme/app"], false],
    ["acme/app", [], false],
  ])("says of %s and %j: %s", (repository, repositories, expected) => {
    expect(hasOptedIn(repository, repositories)).toBe(expected);
  });
});
