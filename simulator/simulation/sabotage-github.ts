import { jsonResponse, type WireRequest, type WireResponse, type WireService } from "../wire.ts";
import type { WorldOptions } from "../world.ts";
import { membersOf } from "./fault-answers.ts";
import { namedJobs } from "./named-jobs.ts";
import { tamper } from "./tamper.ts";
import { rebindNothing } from "./sabotage-queue.ts";
import type { Sabotage } from "./sabotage.ts";

/** What is switched off between the functions and GitHub. */
export const githubSabotages: Readonly<Record<string, Sabotage>> = {
  "no-deregistration": {
    rule: "the registration of a runner that ended without a job is removed",
    noticedBy: ["registration", "oneRunner"],
    faults: "session-conflict,start-fails",
    apply: deregisterNothing,
  },
  "stop-the-busy": {
    rule: "a runner that has a job is left alone",
    noticedBy: ["busy"],
    faults: "runner-stolen",
    // Only who has not heard that a runner got a job asks for its end; then GitHub's refusal is all.
    apply: (options) => stopTheBusy(rebindNothing(options)),
  },
  "reused-jit-config": {
    rule: "every launch has a JIT config of its own",
    noticedBy: ["jitConfig", "served"],
    faults: "spot-before,start-fails",
    apply: reuseJitConfigs,
  },
  "no-redelivery": {
    rule: "deliveries that failed are asked for again",
    noticedBy: ["redelivery"],
    faults: "webhook-lost",
    apply: requestNothingAgain,
  },
  "no-discovery": {
    rule: "repositories are looked through for jobs that nobody told of",
    noticedBy: ["served"],
    faults: "webhook-never-made",
    apply: listNoRuns,
  },
  "no-rerun": {
    rule: "what was interrupted is run again",
    noticedBy: ["rerun"],
    faults: "spot",
    apply: rerunNothing,
  },
  "no-jitter": {
    rule: "who has to wait comes back later each time, at a moment that is left to chance",
    noticedBy: ["limit", "served"],
    faults: "drought",
    apply: waitTogether,
  },
  "token-in-log": {
    rule: "requests are not written down",
    noticedBy: ["secret"],
    faults: "none",
    apply: logRequests,
  },
};

const removed: WireResponse = { status: 204, headers: {}, body: "" };

/** Registrations are never removed. */
function deregisterNothing(options: WorldOptions): WorldOptions {
  return tamper(options, {
    gitHub: (next) => async (request) => (isRemoval(request) ? removed : next(request)),
  });
}

/** That a runner has a job does not keep anybody from stopping it. */
function stopTheBusy(options: WorldOptions): WorldOptions {
  return tamper(options, {
    gitHub: (next) => async (request) => {
      const answer = await next(request);
      return isRemoval(request) && answer.status === 422 ? removed : answer;
    },
  });
}

/** The second launch of a job uses the JIT config of the first. */
function reuseJitConfigs(options: WorldOptions): WorldOptions {
  const configs = new Map<number, unknown>();
  const between = (next: WireService): WireService => {
    return async (request) => {
      const answer = await next(request);
      const [jobId] = namedJobs(request.body);
      if (!request.path.endsWith("/generate-jitconfig")) return answer;
      if (jobId === undefined || answer.status !== 201) return answer;
      const members = membersOf(answer.body);
      const first = configs.get(jobId) ?? members["encoded_jit_config"];
      configs.set(jobId, first);
      return { ...answer, body: JSON.stringify({ ...members, encoded_jit_config: first }) };
    };
  };
  return tamper(options, { gitHub: between });
}

/** Failed deliveries are asked for again, and it does not help. */
function requestNothingAgain(options: WorldOptions): WorldOptions {
  return tamper(options, {
    gitHub: (next) => async (request) =>
      request.method === "POST" && request.path.endsWith("/attempts")
        ? jsonResponse(202, {})
        : next(request),
  });
}

/** No repository seems to have a run that waits. */
function listNoRuns(options: WorldOptions): WorldOptions {
  return tamper(options, {
    gitHub: (next) => async (request) =>
      /\/actions\/runs(?:\?|$)/u.test(request.path)
        ? jsonResponse(200, { total_count: 0, workflow_runs: [] })
        : next(request),
  });
}

/** Runs are asked to be run again, and it does not help. */
function rerunNothing(options: WorldOptions): WorldOptions {
  return tamper(options, {
    gitHub: (next) => async (request) =>
      request.path.endsWith("/rerun-failed-jobs") ? jsonResponse(201, {}) : next(request),
  });
}

/** Everybody who has to wait waits as long as everybody else. */
function waitTogether(options: WorldOptions): WorldOptions {
  let drawn = 0;
  // Next to nothing, and yet never the same: names and owners still differ.
  return tamper(options, { random: () => (drawn += 1) / 2 ** 30 });
}

/** Requests are written to the log as they are sent. */
function logRequests(options: WorldOptions): WorldOptions {
  return tamper(options, {
    gitHub: (next, log) => async (request) => {
      log?.info("request sent", { ...request });
      return next(request);
    },
  });
}

function isRemoval({ method, path }: WireRequest): boolean {
  return method === "DELETE" && path.includes("/actions/runners/");
}
