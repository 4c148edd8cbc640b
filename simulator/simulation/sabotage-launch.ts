import { jsonResponse, type WireRequest, type WireResponse, type WireService } from "../wire.ts";
import type { Deliver, WorldOptions } from "../world.ts";
import { membersOf, operationOf, textOf } from "./fault-answers.ts";
import { namedJobs } from "./named-jobs.ts";
import { tamper } from "./tamper.ts";
import type { Sabotage } from "./sabotage.ts";

/** What is switched off where runners are started and stopped. */
export const launchSabotages: Readonly<Record<string, Sabotage>> = {
  "new-token-on-retry": {
    rule: "a request that is repeated has the token of the first",
    noticedBy: ["oneRunner", "jitConfig", "launches"],
    faults: "launch-answer-lost",
    apply: renewTokens,
  },
  "pinned-token": {
    rule: "every launch has a token of its own",
    noticedBy: ["token", "served"],
    faults: "launch-throttled,no-capacity,spot-before",
    apply: pinTokens,
  },
  "no-settling": {
    rule: "the runner of an earlier launch is looked for before the next one",
    noticedBy: ["oneRunner", "launches"],
    faults: "launch-answer-lost,launch-timeout",
    apply: settleNothing,
  },
  "skip-when-not-queued": {
    rule: "a launch is carried out although its job has another runner by then",
    noticedBy: ["served"],
    faults: "none",
    apply: skipWhatIsNotQueued,
  },
  "mistaken-launch": {
    rule: "a launch that was accepted is not tried anew",
    noticedBy: ["oneRunner", "launches"],
    faults: "none",
    apply: mistakeLaunches,
  },
  "no-idle-exit": {
    rule: "a machine ends with its runner",
    noticedBy: ["idle"],
    faults: "none",
    apply: idleForEver,
  },
  "no-stray-pass": {
    rule: "what goes on without need is looked for at its service",
    noticedBy: ["idle"],
    faults: "machine-hangs",
    apply: listNothing,
  },
  "no-stop": {
    rule: "the machine of a runner that is not needed is stopped",
    noticedBy: ["oneRunner", "idle", "launches"],
    faults: "cancel",
    apply: stopNothing,
  },
};

/** Every request for a launch has a token of its own, repetitions included. */
function renewTokens(options: WorldOptions): WorldOptions {
  let requests = 0;
  return onLaunch(options, (request) =>
    withToken(request, (token) => `${token}-${(requests += 1)}`),
  );
}

/** All launches of a job have one token. */
function pinTokens(options: WorldOptions): WorldOptions {
  return onLaunch(options, (request) =>
    withToken(request, (token) => token.replace(/-\d+$/u, "-pinned")),
  );
}

/** Nobody looks for the runner of an earlier launch before the next one: there never is any. */
function settleNothing(options: WorldOptions): WorldOptions {
  const nothing: Readonly<Record<string, unknown>> = {
    ListTasks: { taskArns: [] },
    ListBuildsForProject: { ids: [] },
  };
  return tamper(options, {
    aws: (next) => async (request) => {
      const found = nothing[operationOf(request)];
      return found === undefined ? next(request) : jsonResponse(200, found);
    },
    gitHub: (next) => async (request) =>
      request.method === "GET" && request.path.includes("/actions/runners?")
        ? jsonResponse(200, { total_count: 0, runners: [] })
        : next(request),
  });
}

/** A machine whose container exits goes on running, and so does one without a job. */
function idleForEver(options: WorldOptions): WorldOptions {
  const { betweenMachine } = options;
  return {
    ...options,
    betweenMachine: (next) => {
      const start = betweenMachine?.(next) ?? next;
      return (machine) => start({ ...machine, exit: () => {} });
    },
  };
}

/** Whoever asks what runs is told that nothing does; one runner can still be looked for. */
function listNothing(options: WorldOptions): WorldOptions {
  return tamper(options, {
    aws: (next, name) => async (request) => {
      const lists = ["ListTasks", "ListBuildsForProject"].includes(operationOf(request));
      return name === "reconcile" && lists ? jsonResponse(200, {}) : next(request);
    },
  });
}

/** Stopping is answered, and not done. */
function stopNothing(options: WorldOptions): WorldOptions {
  return tamper(options, {
    aws: (next) => async (request) =>
      operationOf(request).startsWith("Stop") ? jsonResponse(200, {}) : next(request),
  });
}

/** Launches that were accepted are answered as if there were no capacity. */
function mistakeLaunches(options: WorldOptions): WorldOptions {
  const seen = new Set<number>();
  const outOfCapacity = { tasks: [], failures: [{ reason: "Capacity is unavailable" }] };
  return tamper(options, {
    aws: (next) => async (request) => {
      const answer = await next(request);
      const [jobId] = namedJobs(request.body);
      if (operationOf(request) !== "RunTask" || jobId === undefined) return answer;
      // Every tenth job, the first time: enough to be seen, and the run goes on.
      if (jobId % 10 !== 0 || seen.has(jobId)) return answer;
      seen.add(jobId);
      return jsonResponse(200, outOfCapacity);
    },
  });
}

/** A launch is left out, and taken for done, where its job has gone to another runner by then. */
function skipWhatIsNotQueued(options: WorldOptions): WorldOptions {
  const begun = new Set<number>();
  const { betweenWebhook } = options;
  const note = (next: Deliver): Deliver => {
    return async (request) => {
      if (request.body.startsWith('{"action":"in_progress"'))
        for (const id of namedJobs(request.body)) begun.add(id);
      return next(request);
    };
  };
  return tamper(
    { ...options, betweenWebhook: (next) => note(betweenWebhook?.(next) ?? next) },
    {
      aws: (next) => async (request) => {
        const isSkipped = namedJobs(request.body).some((id) => begun.has(id));
        return isSkipped ? (skipped[operationOf(request)] ?? next(request)) : next(request);
      },
    },
  );
}

const skipped: Readonly<Record<string, WireResponse>> = {
  RunTask: jsonResponse(200, { tasks: [{ taskArn: "arn:aws:ecs:::task/none" }], failures: [] }),
  StartBuild: jsonResponse(200, {
    build: { id: "none:0", arn: "arn:aws:codebuild:::build/none:0" },
  }),
};

function onLaunch(
  options: WorldOptions,
  change: (request: WireRequest) => WireRequest,
): WorldOptions {
  const between = (next: WireService): WireService => {
    return async (request) =>
      next(["RunTask", "StartBuild"].includes(operationOf(request)) ? change(request) : request);
  };
  return tamper(options, { aws: between });
}

function withToken(request: WireRequest, change: (token: string) => string): WireRequest {
  const members = membersOf(request.body);
  const name = operationOf(request) === "RunTask" ? "clientToken" : "idempotencyToken";
  const token = change(textOf(members, name)).slice(0, 64);
  return { ...request, body: JSON.stringify({ ...members, [name]: token }) };
}
