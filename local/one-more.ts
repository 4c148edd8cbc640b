import { createHmac } from "node:crypto";

import type { GitHub } from "../simulator/github/github.ts";
import type { Job, Repository } from "../simulator/github/model.ts";
import type { Deliver } from "../simulator/world.ts";

const name = "one_more";
const labels = ["tornade", "runs-on=FARGATE_SPOT", "arch=ARM64", "cpu=2"];

/** A job of which GitHub tells nobody: a person does, with the command that this gives. */
export type OneMore = {
  /** Keeps GitHub from telling of the job. */
  readonly withhold: (next: Deliver) => Deliver;
  /** Queues the job at GitHub. @returns the `curl` line that tells of it, signature included */
  readonly queue: (gitHub: GitHub, at: { repository: Repository; port: number }) => string;
};

/** Prepares the job that a person tells of. */
export function createOneMore(webhookSecret: string): OneMore {
  return {
    withhold: (next) => async (request) =>
      isItsFirst(request.body) ? { status: 202 } : next(request),
    queue: (gitHub, { repository, port }) => {
      const job = gitHub.queueJob({
        repository: repository.fullName,
        name,
        labels,
        durationMilliseconds: 2_000,
      });
      return toCurl(toPayload(job, repository), { webhookSecret, port });
    },
  };
}

function isItsFirst(body: string): boolean {
  return body.includes(`"${name}"`) && body.includes('"action":"queued"');
}

// No more than the dispatcher reads: a real payload has 7 kB.
function toPayload(job: Job, { id, fullName, owner }: Repository): string {
  return JSON.stringify({
    action: "queued",
    workflow_job: {
      id: job.id,
      run_id: job.runId,
      run_attempt: job.runAttempt,
      name,
      head_sha: "0".repeat(40),
      labels,
      created_at: new Date(job.createdAt).toISOString(),
    },
    repository: {
      id,
      full_name: fullName,
      private: true,
      owner: { login: owner.login, type: owner.type },
    },
    installation: { id: owner.installationId },
  });
}

function toCurl(payload: string, to: { webhookSecret: string; port: number }): string {
  const signature = createHmac("sha256", to.webhookSecret).update(payload).digest("hex");
  return [
    `curl http://127.0.0.1:${to.port}/webhook`,
    "-H 'content-type: application/json'",
    "-H 'x-github-event: workflow_job'",
    "-H 'x-github-delivery: 11111111-1111-4111-8111-111111111111'",
    `-H 'x-hub-signature-256: sha256=${signature}'`,
    `-d '${payload}'`,
  ].join(" ");
}
