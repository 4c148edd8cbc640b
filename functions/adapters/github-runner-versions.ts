import { readObject, readOptional, readText, readTimestamp } from "../core/read-json.ts";
import type { RunnerVersions } from "../core/runner-versions.ts";
import { understand } from "./github-answers.ts";
import type { GitHubClient } from "./github-client.ts";
import { type RegistryOptions, readScope } from "./github-registry.ts";

/** GitHub's word on versions of the runner; one that does not tell (an older GHES) has none to retire. */
export function createGitHubRunnerVersions(
  { call }: Pick<GitHubClient, "call">,
  { scope }: Pick<RegistryOptions, "scope">,
): RunnerVersions {
  return {
    readRetirement: async (origin, version) => {
      const { path, names, permission } = readScope(origin, scope);
      const { data, status } = await call(`tell how old runner ${version} is`, origin, {
        permission,
        route: `GET ${path}/actions/runners/deprecations/{version}`,
        parameters: { ...names, version },
        expected: [404],
      });
      return status === 404 ? undefined : understand("a retirement", () => readFirst(data));
    },
  };
}

// Every runner of ours registers anew: whichever of the two comes first ends its version.
function readFirst(data: unknown): number | undefined {
  const answer = readObject(data, "answer");
  const times = ["registration_deprecates_at", "runtime_deprecates_at"].flatMap((name) => {
    const text = readOptional(answer[name], (value) => readText(value, name));
    return readTimestamp(text ?? "") ?? [];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}
