import { messageOf } from "../core/errors.ts";
import { GitHubError } from "../core/github-error.ts";
import type { Log } from "../core/log.ts";
import { readArray, readFlag, readNumber, readObject, readText } from "../core/read-json.ts";
import type { JobState, RegisteredRunner, Registration } from "../core/runner-registry.ts";

/** The runner and its secret in the answer of `generate-jitconfig`. */
export function readRegistration(data: unknown): Registration {
  return understand("a JIT config", () => {
    const answer = readObject(data, "answer");
    const runner = readObject(answer["runner"], "runner");
    return {
      registrationId: readNumber(runner["id"], "runner.id"),
      encodedJitConfig: readText(answer["encoded_jit_config"], "encoded_jit_config"),
    };
  });
}

/** The runner of exactly this name in a list of runners. */
export function findRunner(data: unknown, name: string): RegisteredRunner | undefined {
  return understand("a list of runners", () => {
    const runners = readArray(readObject(data, "answer")["runners"], "runners");
    const found = runners
      .map((runner) => readObject(runner, "runner"))
      .find((runner) => runner["name"] === name);
    if (found === undefined) return undefined;
    return {
      registrationId: readNumber(found["id"], "runner.id"),
      busy: readFlag(found["busy"], "runner.busy"),
      online: found["status"] === "online",
    };
  });
}

/** Where a job stands. */
export function readJobState(data: unknown): JobState {
  return understand("a job", () => {
    const job = readObject(data, "answer");
    const { runner_name: runnerName, conclusion } = job;
    return {
      status: readStatus(readText(job["status"], "status")),
      ...(typeof conclusion === "string" ? { conclusion } : {}),
      ...(typeof runnerName === "string" && runnerName !== "" ? { runnerName } : {}),
    };
  });
}

/** Whether a job in a list of jobs is running that is not the one of this id. */
export function isAnyRunning(data: unknown, id: number): boolean {
  return understand("a list of jobs", () =>
    readArray(readObject(data, "answer")["jobs"], "jobs")
      .map((job) => readObject(job, "job"))
      .some((job) => job["status"] === "in_progress" && job["id"] !== id),
  );
}

/** How many entries a list has in all; this page of it alone may have fewer. */
export function readTotal(data: unknown): number {
  return understand("a list", () =>
    readNumber(readObject(data, "answer")["total_count"], "total_count"),
  );
}

// `waiting` (approval), `pending` (concurrency) and `requested` all mean: not for a runner yet.
function readStatus(status: string): JobState["status"] {
  if (status === "queued" || status === "in_progress" || status === "completed") return status;
  return "waiting";
}

/**
 * The share, from 0 to 1, of an installation's requests that an answer says is left; 1 where it says
 * nothing: a GitHub without limits (GHES may have none) does not.
 */
export function readLeft({
  headers,
}: {
  readonly headers: Readonly<Record<string, unknown>>;
}): number {
  const left = Number(headers["x-ratelimit-remaining"]) / Number(headers["x-ratelimit-limit"]);
  return Number.isNaN(left) ? 1 : left;
}

/**
 * What `read` makes of each entry of a list. One that it does not understand is left out and told of:
 * the others must not have to wait until somebody has found out what it is.
 */
export function readEach<T>(
  entries: readonly unknown[],
  { what, read, log }: { what: string; read: (entry: unknown) => T; log: Pick<Log, "warn"> },
): readonly T[] {
  return entries.flatMap((entry) => {
    try {
      return [read(entry)];
    } catch (error) {
      log.warn("entry of a GitHub list not understood", { list: what, problem: messageOf(error) });
      return [];
    }
  });
}

/** What `read` makes of an answer. @throws {GitHubError} when the answer is something else */
export function understand<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new GitHubError("GitHubUnavailable", `GitHub did not send ${what}: ${messageOf(error)}`);
  }
}
