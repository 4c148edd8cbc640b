import { TornadeError } from "./errors.ts";

/** What GitHub answered instead of what was asked for. */
const gitHubErrorCodes = {
  /** 403 or 429 of a primary or secondary rate limit. */
  GitHubRateLimited: { retryable: true },
  /** 5xx, no answer, no connection, or not asked for now: nobody knows whether it took effect. */
  GitHubUnavailable: { retryable: true },
  /** The App is not, or no longer, installed there. */
  InstallationGone: { retryable: false },
  /** 409: it stands against what is there, such as a runner of the same name. */
  GitHubConflict: { retryable: true },
  /** 401, or no credentials to ask with: that says nothing of what is asked for. */
  CredentialsRefused: { retryable: false },
  /** Any other 4xx: a permission, a policy, a limit of the organization. */
  GitHubRefused: { retryable: false },
} as const;

/** Which of these it was; logs and decisions go by it. */
export type GitHubErrorCode = keyof typeof gitHubErrorCodes;

/** GitHub did not do what it was asked; never carries a token or a request body. */
export class GitHubError extends TornadeError {
  override readonly name = "GitHubError";
  override readonly retryable: boolean;
  readonly code: GitHubErrorCode;
  /** When GitHub wants to be asked again, in milliseconds since the epoch. */
  readonly retryAt?: number;

  constructor(code: GitHubErrorCode, message: string, retryAt?: number) {
    super(message);
    this.code = code;
    this.retryable = gitHubErrorCodes[code].retryable;
    if (retryAt !== undefined) this.retryAt = retryAt;
  }
}

/**
 * Whether the error says nothing of what was asked for, so that it has to be asked again, however long
 * that takes: also where it is for an operator to mend what the App asks with.
 */
export function isUnanswered({ retryable, code }: GitHubError): boolean {
  return retryable || code === "CredentialsRefused";
}

/** Whether the App does not reach the repository: it may be gone, and a runner for it would idle. */
export function isOutOfReach(error: Error | undefined): boolean {
  return error instanceof GitHubError && error.code === "InstallationGone";
}

/** What stays to be done after GitHub failed: when to ask again, and what somebody has to know of. */
export function aftermathOf(error: GitHubError): {
  readonly retryAt?: number;
  readonly error?: GitHubError;
} {
  const { retryable, retryAt } = error;
  return {
    ...(retryAt === undefined ? {} : { retryAt }),
    ...(retryable ? {} : { error }),
  };
}
