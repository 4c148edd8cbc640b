import { classifyLaunchFailure, type ProviderFailure } from "../core/launch-failure.ts";
import type { LaunchFailure } from "../core/runner-provider.ts";
import { readAwsError } from "./aws-error.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** What an error of an AWS client means for a launch. */
export function toLaunchFailure(error: unknown): LaunchFailure {
  const { name, message, status } = readAwsError(error);
  // An answer that is good but cannot be read says as little as none.
  const answered = status === undefined || status < 400 ? {} : { status };
  return sortFailure({ channel: "thrown", name, message, ...answered });
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
