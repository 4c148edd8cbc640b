import { TornadeError } from "../functions/core/errors.ts";

/** The config cannot be deployed: an operator has to change it. Every mistake is one sentence. */
export class ConfigError extends TornadeError {
  override readonly name = "ConfigError";
  override readonly retryable = false;
  readonly code = "ConfigInvalid";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.length === 1 ? mistakes.join("") : toListing(mistakes));
    this.mistakes = mistakes;
  }
}

function toListing(mistakes: readonly string[]): string {
  return [`the config has ${mistakes.length} mistakes:`, ...mistakes].join("\n- ");
}
