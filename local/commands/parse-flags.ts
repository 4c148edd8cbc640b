import { messageOf } from "../../functions/core/errors.ts";
import { CommandError } from "../command-error.ts";
import type { CommandName } from "../usage.ts";

/** What can be typed, in all or `about` one command. */
export type HelpCommand = { readonly name: "help"; readonly about?: CommandName };

/**
 * Reads flags; the parser's own messages have several sentences, and the flag in quotes is what matters.
 * @throws {CommandError} for what is not understood
 */
export function parseFlags<Flags>(
  read: () => Flags,
  known: Readonly<Record<string, unknown>>,
): Flags {
  try {
    return read();
  } catch (error) {
    const message = messageOf(error);
    const [flag = message] = /'[^']+'/u.exec(message) ?? [];
    const allowed = Object.keys(known).map((name) => `--${name}`);
    throw new CommandError(`${flag} ${describeFault(message)}; use ${allowed.join(", ")}`);
  }
}

function describeFault(message: string): string {
  if (message.includes("ambiguous")) return "needs a value that does not begin with -";
  return message.includes("argument missing") ? "needs a value" : "is not understood";
}
