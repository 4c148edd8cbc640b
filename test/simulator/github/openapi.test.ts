import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findOperation } from "../../../simulator/github/openapi.ts";
import { routes } from "../../../simulator/github/rest.ts";
import { readObject } from "./test-github.ts";

const text = readFileSync(
  new URL("../../../simulator/github/openapi-slice.json", import.meta.url),
  "utf8",
);
const slice = readObject(JSON.parse(text));

function endpointsOf(paths: unknown): readonly string[] {
  return Object.entries(readObject(paths)).flatMap(([path, methods]) =>
    Object.keys(readObject(methods)).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

describe("the slice of GitHub's API description", () => {
  it("describes exactly the operations that are served", () => {
    expect(new Set(endpointsOf(slice["paths"]))).toEqual(new Set(Object.keys(routes)));
  });

  it("says where it comes from, is small, and holds nothing that Ajv cannot read", () => {
    expect(slice["x-origin"]).toMatch(/^@octokit\/openapi 23\.0\.2, licence MIT/u);
    expect(text.length).toBeLessThan(150_000);
    expect(text).not.toContain('"nullable"');
    expect(text).not.toContain('"example"');
  });

  it("holds every component it refers to", () => {
    const references = text.match(/#\/components\/[\w-]+\/[\w-]+/gu) ?? [];
    expect(references.length).toBeGreaterThan(50);
    for (const reference of new Set(references)) {
      const [, , group = "", name = ""] = reference.split("/");
      expect(readObject(readObject(slice["components"])[group])).toHaveProperty([name]);
    }
  });
});

describe("findOperation", () => {
  it.each([
    ["GET", "/orgs/acme/actions/runners", { org: "acme" }],
    ["DELETE", "/orgs/acme/actions/runners/12", { org: "acme", runner_id: "12" }],
    ["GET", "/users/a%20b/installation", { username: "a b" }],
    ["GET", "/users/%zz/installation", { username: "%zz" }],
  ])("reads the placeholders of %s %s", (method, path, parameters) => {
    expect(findOperation(method, path)?.parameters).toEqual(parameters);
  });

  it.each([
    ["PUT", "/app"],
    ["GET", "/app/"],
    ["GET", "/orgs/acme"],
    ["POST", "/orgs/acme/actions/runners/generate"],
  ])("does not know %s %s", (method, path) => {
    expect(findOperation(method, path)).toBeUndefined();
  });
});
