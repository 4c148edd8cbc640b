/** A mistake of whoever typed the command: told in one line, without a stack trace. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
