import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The names of all commands of the AWS SDK in what a module imports, itself included. */
export function findCommands(entry: string): ReadonlySet<string> {
  const sources = [...readModules(entry).values()];
  const matches = sources.flatMap((source) => [...source.matchAll(/new (\w+)Command\(/gu)]);
  return new Set(matches.map(([, name = ""]) => name));
}

/** The sources of a module and of all of ours that it imports, types apart. */
export function readModules(
  path: string,
  found = new Map<string, string>(),
): ReadonlyMap<string, string> {
  if (found.has(path)) return found;
  const source = readFileSync(path, "utf8");
  found.set(path, source);
  const imports = source.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)";/gmu);
  for (const [, specifier = ""] of imports) readModules(join(dirname(path), specifier), found);
  return found;
}
