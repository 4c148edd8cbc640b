import { classifyLaunchFailure, type ProviderFailure } from "../core/launch-failure.ts";
import type { LaunchFailure } from "../core/runner-provider.ts";
import { readAwsError } from "./aws-error.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** What an error of an AWS client means for a launch. */
export function toLaunchFailure(error: unknown): LaunchFailure {
  const { name, message, status = 0, attempts } = readAwsError(error);
  // An answer that is good but cannot be read says as little as none, and so does one to a repetition of
  // what may have had its effect the first time.
  const isTelling = status >= 400 && attempts === 1;
  return sortFailure({ channel: "thrown", name, message, ...(isTelling ? { status } : {}) });
}

/** A provider's failure, sorted by what has to be done about it; the request it quotes is left out. */
export function sortFailure(failure: ProviderFailure): LaunchFailure {
  const { kind, message } = classifyLaunchFailure(failure);
  return { kind, message: withoutSecrets(message) };
}

/** Whether an AWS client failed because the task or build it was asked about does not exist. */
export function isNotFound(error: unknown): boolean {
  const { name, message } = readAwsError(error);
  return name === "ResourceNotFoundException" || /task was not found/iu.test(message);
}
