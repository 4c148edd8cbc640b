import { createGitHubClient, type GitHubClient } from "../../functions/adapters/github-client.ts";
import { keepGitHubCredentials } from "../../functions/adapters/github-credentials.ts";
import {
  readCredentialParameters,
  readGitHubApiUrl,
} from "../../functions/adapters/github-settings.ts";
import type { TestWorld } from "./test-world.ts";

/** A client of the GitHub of a test's world, as the functions there have one. */
export function createTestGitHubClient({ surroundings }: TestWorld): GitHubClient {
  return createGitHubClient(surroundings, {
    apiUrl: readGitHubApiUrl(surroundings.env),
    credentials: keepGitHubCredentials(surroundings, readCredentialParameters(surroundings.env)),
  });
}
