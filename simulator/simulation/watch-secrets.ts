import type { AnsweredCall, LogLine } from "./contract.ts";
import { invariants } from "./bounds.ts";
import type { Parts } from "./monitor-parts.ts";
import { namedJobs } from "./named-jobs.ts";
import { findSecret } from "./secrets.ts";

/** Watches what is written where people and other systems read it. */
export type SecretWatch = {
  readonly onLog: (line: LogLine) => void;
  readonly onCall: (call: AnsweredCall) => void;
};

/** Calls that write down what they carry, and where. */
const writes: Readonly<Record<string, string>> = {
  SendMessage: "a message",
  SendMessageBatch: "a message",
  PutItem: "a ledger item",
  UpdateItem: "a ledger item",
  RunTask: "a task",
  StartBuild: "a build",
  StopTask: "the reason of a stop",
  "POST check-runs": "a check run",
};

// The one place where a secret belongs.
const jitConfig = /\{[^{}]*"TORNADE_JIT_CONFIG"[^{}]*\}/gu;

/** Nothing has been written yet. */
export function watchSecrets({ report, services: { webhookSecret } }: Parts): SecretWatch {
  const check = (text: string, where: string): void => {
    const found = findSecret(text, webhookSecret);
    if (found === undefined) return;
    const [jobId] = namedJobs(text);
    const details = `${where} holds ${found}`;
    report({ invariant: invariants.secret, ...(jobId === undefined ? {} : { jobId }), details });
  };
  return {
    onLog: ({ text, who }) => {
      check(text, `a log line of ${who.function}`);
    },
    onCall: ({ name, request }) => {
      const where = writes[name];
      if (where !== undefined) check(request.body.replace(jitConfig, ""), where);
    },
  };
}
