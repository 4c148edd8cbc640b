import { jsonResponse, type WireRequest, type WireService } from "../wire.ts";
import type { WorldOptions } from "../world.ts";
import { membersOf, operationOf, textOf } from "./fault-answers.ts";
import { namedJobs } from "./named-jobs.ts";
import { tamper } from "./tamper.ts";

/** Every request for a launch has a token of its own, repetitions included. */
export function renewTokens(options: WorldOptions): WorldOptions {
  let requests = 0;
  return onLaunch(options, (request) =>
    withToken(request, (token) => `${token}-${(requests += 1)}`),
  );
}

/** All launches of a job have one token. */
export function pinTokens(options: WorldOptions): WorldOptions {
  return onLaunch(options, (request) =>
    withToken(request, (token) => token.replace(/-\d+$/u, "-pinned")),
  );
}

/** Nobody looks for the runner of an earlier launch before the next one: there never is any. */
export function settleNothing(options: WorldOptions): WorldOptions {
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
export function idleForEver(options: WorldOptions): WorldOptions {
  const { betweenMachine } = options;
  return {
    ...options,
    betweenMachine: (next) => {
      const start = betweenMachine?.(next) ?? next;
      return (machine) => start({ ...machine, exit: () => {} });
    },
  };
}

/** Stopping is answered, and not done. */
export function stopNothing(options: WorldOptions): WorldOptions {
  return tamper(options, {
    aws: (next) => async (request) =>
      operationOf(request).startsWith("Stop") ? jsonResponse(200, {}) : next(request),
  });
}

/** Launches that were accepted are answered as if there were no capacity. */
export function mistakeLaunches(options: WorldOptions): WorldOptions {
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
