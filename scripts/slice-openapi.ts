/**
 * Cuts the operations the simulator serves out of GitHub's OpenAPI description and writes them,
 * with the components they need, to `simulator/github/openapi-slice.json`.
 *
 * Usage: `npm install --no-save --prefix <folder> @octokit/openapi@23.0.2`, then
 * `node scripts/slice-openapi.ts <folder>`
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type JsonObject = { readonly [key: string]: unknown };

const served: Readonly<Record<string, readonly string[]>> = {
  "/app": ["get"],
  "/app/hook/deliveries": ["get"],
  "/app/hook/deliveries/{delivery_id}": ["get"],
  "/app/hook/deliveries/{delivery_id}/attempts": ["post"],
  "/app/installations": ["get"],
  "/app/installations/{installation_id}/access_tokens": ["post"],
  "/installation/repositories": ["get"],
  "/orgs/{org}/installation": ["get"],
  "/orgs/{org}/actions/runners": ["get"],
  "/orgs/{org}/actions/runners/generate-jitconfig": ["post"],
  "/orgs/{org}/actions/runners/{runner_id}": ["get", "delete"],
  "/repos/{owner}/{repo}/installation": ["get"],
  "/repos/{owner}/{repo}/actions/jobs/{job_id}": ["get"],
  "/repos/{owner}/{repo}/actions/runners": ["get"],
  "/repos/{owner}/{repo}/actions/runners/generate-jitconfig": ["post"],
  "/repos/{owner}/{repo}/actions/runners/{runner_id}": ["get", "delete"],
  "/repos/{owner}/{repo}/actions/runs": ["get"],
  "/repos/{owner}/{repo}/actions/runs/{run_id}": ["get"],
  "/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs": ["get"],
  "/repos/{owner}/{repo}/actions/runs/{run_id}/jobs": ["get"],
  "/repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs": ["post"],
  "/repos/{owner}/{repo}/check-runs": ["post"],
  "/users/{username}/installation": ["get"],
  "/rate_limit": ["get"],
};

/** Prose and samples: most of the description's 13 MB, and nothing a check needs. */
const droppedKeys = new Set(["description", "example", "examples", "headers", "summary", "tags"]);

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  throw new Error("no folder was given; give the one @octokit/openapi@23.0.2 is installed in");
}
const packageFolder = join(folder, "node_modules/@octokit/openapi");
const { version, license } = readJson(join(packageFolder, "package.json"));
const description = readJson(join(packageFolder, "generated/api.github.com.json"));
const target = new URL("../simulator/github/openapi-slice.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(sliceDescription(), null, 1)}\n`);
console.log(`wrote ${target.pathname}`);

function sliceDescription(): JsonObject {
  const paths = Object.fromEntries(
    Object.entries(served).map(([path, methods]) => [path, slicePath(path, methods)]),
  );
  return {
    openapi: description["openapi"],
    info: description["info"],
    "x-origin": `@octokit/openapi ${String(version)}, licence ${String(license)}, Copyright GitHub, Inc.; cut by scripts/slice-openapi.ts`,
    paths,
    components: componentsOf(paths),
  };
}

function slicePath(path: string, methods: readonly string[]): JsonObject {
  const operations = at(description, ["paths", path]);
  return Object.fromEntries(methods.map((method) => [method, clean(refer(operations[method]))]));
}

/**
 * A copy with references to the schemas that the description repeats, by their titles. What it has in
 * place of an installation wants each account to be a user and an enterprise at once.
 */
function refer(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => refer(item));
  if (typeof value !== "object" || value === null) return value;
  if ("title" in value && value.title === "Installation") {
    return { $ref: "#/components/schemas/installation" };
  }
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, refer(child)]));
}

/** The components that `paths` refer to, directly or through each other. */
function componentsOf(paths: unknown): JsonObject {
  const found = new Map<string, JsonObject>();
  const waiting = [...referencesIn(paths)];
  for (let reference = waiting.pop(); reference !== undefined; reference = waiting.pop()) {
    if (found.has(reference)) continue;
    const component = toObject(clean(at(description, reference.slice(2).split("/"))));
    found.set(reference, component);
    waiting.push(...referencesIn(component));
  }
  const groups: Record<string, Record<string, JsonObject>> = {};
  for (const reference of [...found.keys()].toSorted()) {
    const [, , group = "", name = ""] = reference.split("/");
    (groups[group] ??= {})[name] = found.get(reference) ?? {};
  }
  return groups;
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
    key === "$ref" && typeof child === "string" ? [child] : referencesIn(child),
  );
}

/** A copy without prose, samples and vendor extensions, and with `nullable` as JSON Schema says it. */
function clean(value: unknown, isMapOfNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => clean(item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => isMapOfNames || !(droppedKeys.has(key) || key.startsWith("x-")))
    .map(([key, child]): [string, unknown] => [
      key,
      clean(child, !isMapOfNames && key === "properties"),
    ]);
  const copy = toObject(Object.fromEntries(entries));
  return isMapOfNames ? copy : withNull(copy);
}

/** OpenAPI 3.0's `nullable` is unknown to JSON Schema, where null is a type or an alternative. */
function withNull({ nullable, ...schema }: JsonObject): JsonObject {
  if (nullable !== true) return schema;
  const { type, enum: values } = schema;
  if (type === undefined) return { anyOf: [schema, { type: "null" }] };
  const widened = { ...schema, type: [type, "null"] };
  if (!Array.isArray(values)) return widened;
  const known: readonly unknown[] = values;
  return { ...widened, enum: [...known, null] };
}

function at(value: JsonObject, path: readonly string[]): JsonObject {
  return path.reduce((parent, key) => toObject(parent[key]), value);
}

function readJson(path: string): JsonObject {
  return toObject(JSON.parse(readFileSync(path, "utf8")));
}

function toObject(value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`the description holds ${JSON.stringify(value)} where an object should be`);
  }
  return { ...value };
}
