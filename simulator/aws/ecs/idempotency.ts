import { AwsError } from "../aws-error.ts";
import type { Timeline } from "../../timeline.ts";
import type { Task } from "./task.ts";

type Entry = {
  readonly fingerprint: string;
  readonly answer: unknown;
  readonly tasks: readonly Task[];
  readonly createdAt: number;
};

/** RunTask's memory of client tokens. */
export type Idempotency = {
  /** The stored answer, failures included. @throws {AwsError} ConflictException when the parameters differ */
  readonly replay: (key: string, fingerprint: string) => unknown;
  readonly remember: (key: string, entry: Omit<Entry, "createdAt">) => void;
};

const hour = 3_600_000;
const day = 24 * hour;
/** Looking through all tokens for what has expired is not done at every turn. */
const forgetEvery = hour / 60;

/** Client tokens live for 24 hours, or for the lifetime of their tasks and one hour if that is less. */
export function createIdempotency(timeline: Timeline): Idempotency {
  const entries = new Map<string, Entry>();
  let forgotAt = timeline.now();
  const forget = () => {
    if (timeline.now() - forgotAt < forgetEvery) return;
    forgotAt = timeline.now();
    for (const [key, entry] of entries) if (timeline.now() >= expiryOf(entry)) entries.delete(key);
  };
  return {
    replay: (key, fingerprint) => {
      const entry = entries.get(key);
      if (!entry || timeline.now() >= expiryOf(entry)) return undefined;
      if (entry.fingerprint === fingerprint) return entry.answer;
      throw new AwsError(
        "ConflictException",
        "The RunTask request could not be processed due to conflicts: the client token was used before with other parameters.",
        { members: { resourceIds: entry.tasks.map(({ arn }) => arn) } },
      );
    },
    remember: (key, entry) => {
      forget();
      entries.set(key, { ...entry, createdAt: timeline.now() });
    },
  };
}

function expiryOf(entry: Entry): number {
  const ends = entry.tasks.map(({ stoppedAt }) => stoppedAt ?? Number.POSITIVE_INFINITY);
  return Math.min(entry.createdAt + day, Math.max(entry.createdAt, ...ends) + hour);
}
