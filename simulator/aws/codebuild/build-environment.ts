import type { Build } from "./build.ts";

/** Names and values together. */
const mostEnvironmentCharacters = 5500;

/** Whether the build's environment is one that StartBuild accepts and PROVISIONING fails on. */
export function isEnvironmentTooLarge(build: Build): boolean {
  const characters = build.request.environmentVariables.reduce(
    (total, { name, value }) => total + name.length + value.length,
    0,
  );
  return characters > mostEnvironmentCharacters;
}

/** The environment the build's program runs with. */
export function environmentOf(build: Build): Readonly<Record<string, string>> {
  return Object.fromEntries(
    build.request.environmentVariables.map(({ name, value }) => [name, value]),
  );
}
