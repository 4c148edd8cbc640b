/**
 * Runs something whose errors do not remember where they were made: libraries make one for every
 * request, just in case, and each would walk through the long chain of everybody who waits for it.
 */
export async function withoutStackTraces<Result>(run: () => Promise<Result>): Promise<Result> {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await run();
  } finally {
    Error.stackTraceLimit = usual;
  }
}
