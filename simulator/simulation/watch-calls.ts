import { hash } from "node:crypto";

import type { AnsweredCall } from "./contract.ts";
import { invariants, limits } from "./bounds.ts";
import { membersOf, textOf } from "./fault-answers.ts";
import type { Parts } from "./monitor-parts.ts";
import { namedJobs } from "./named-jobs.ts";

/** Watches the tokens of launches, and how often GitHub is called. */
export type CallWatch = {
  readonly onCall: (call: AnsweredCall) => void;
  readonly forget: (jobId: number) => void;
};

type Window = {
  readonly endsAt: number;
  readonly used: number;
  /** The instances that used it, and how many requests these may have under way in all. */
  readonly users: Set<string>;
  readonly underWay: number;
  readonly isReported: boolean;
};

/** An installation, known by a token that it was given. */
type Holder = { readonly installation: string; readonly until: number };

type State = Parts & {
  readonly holders: Map<string, Holder>;
  /** What was asked for under a token, by job and token. */
  readonly launches: Map<number, Map<string, string>>;
  readonly windows: Map<string, Window>;
};

const minute = 60_000;
const hour = 60 * minute;

/** Nothing has been called yet. */
export function watchCalls(parts: Parts): CallWatch {
  const state: State = {
    ...parts,
    holders: new Map(),
    launches: new Map(),
    windows: new Map(),
  };
  return {
    onCall: (call) => {
      if (call.service === "github") {
        learnToken(state, call);
        countCall(state, call);
      } else if (call.name === "RunTask" || call.name === "StartBuild") checkToken(state, call);
    },
    forget: (jobId) => {
      state.launches.delete(jobId);
      state.windows.delete(triesKey(jobId));
    },
  };
}

function checkToken({ launches, report }: State, { request, name }: AnsweredCall): void {
  const members = membersOf(request.body);
  const token = textOf(members, "clientToken") || textOf(members, "idempotencyToken");
  const [jobId] = namedJobs(request.body);
  if (jobId === undefined) return;
  const ofJob = launches.get(jobId) ?? new Map<string, string>();
  launches.set(jobId, ofJob);
  const asked = hash("sha256", request.body, "base64");
  const before = ofJob.get(token);
  ofJob.set(token, asked);
  if (before === undefined || before === asked) return;
  const details = `${name} was called twice with token '${token}' and other parameters`;
  report({ invariant: invariants.token, jobId, details });
}

function learnToken({ holders, timeline }: State, { name, request, answer }: AnsweredCall): void {
  if (name !== "POST access_tokens") return;
  const [, token] = /"token":"([^"]+)"/u.exec(answer?.body ?? "") ?? [];
  const now = timeline.now();
  for (const [old, { until }] of holders) {
    if (until > now) break;
    holders.delete(old);
  }
  const [, , , installation = ""] = request.path.split("/");
  if (token !== undefined) holders.set(token, { installation, until: now + hour });
}

/** As GitHub counts: a read is one point of its endpoint's minute, a write five. */
function countCall(state: State, { who: caller, name, request }: AnsweredCall): void {
  const [scheme = "", token = ""] = (request.headers["authorization"] ?? "").split(" ");
  const isApp = scheme.toLowerCase() === "bearer";
  // By the token: the path of what an installation may see does not name its owner.
  const { installation = "unknown" } = state.holders.get(token) ?? {};
  const who = isApp ? "the App" : `installation ${installation}`;
  const user = `${caller.function} ${caller.instance}`;
  const most = limits.requestsPerHour + limits.underWay;
  const anHour = { key: `${who} an hour`, user, underWay: 1, cost: 1, length: hour };
  use(state, { ...anHour, most, isTold: true });
  const cost = request.method === "GET" ? 1 : 5;
  const mostPoints = limits.pointsPerMinute + limits.underWay * cost;
  const key = `${who}, ${name}, a minute`;
  const aMinute = { key, user, underWay: underWayOf(caller), cost, length: minute };
  use(state, { ...aMinute, most: mostPoints, isTold: true });
  const [jobId] = request.path.endsWith("/generate-jitconfig") ? namedJobs(request.body) : [];
  if (jobId === undefined) return;
  const mostTries = limits.triesInFiveMinutes;
  const tries = { key: triesKey(jobId), user, underWay: 1, cost: 1, length: 5 * minute };
  use(state, { ...tries, most: mostTries, isTold: false });
}

function triesKey(jobId: number): string {
  return `new runners for job ${jobId} in five minutes`;
}

// A batch has ten messages, all of which are worked on at once.
function underWayOf(caller: AnsweredCall["who"]): number {
  return caller.function === "launch-runner" ? 10 : 1;
}

type Use = {
  readonly key: string;
  readonly user: string;
  /** How many requests it may have under way when it is told. */
  readonly underWay: number;
  readonly cost: number;
  readonly length: number;
  readonly most: number;
  /** Whether GitHub refuses what goes beyond. */
  readonly isTold: boolean;
};

function use(
  { windows, timeline, report }: State,
  { key, user, underWay: ofUser, cost, length, most, isTold }: Use,
): void {
  const now = timeline.now();
  const known = windows.get(key);
  const open =
    known !== undefined && known.endsAt > now
      ? known
      : { endsAt: now + length, used: 0, users: new Set<string>(), underWay: 0, isReported: false };
  const used = open.used + cost;
  const underWay = open.underWay + (open.users.has(user) ? 0 : ofUser);
  open.users.add(user);
  const isExcess = used > most + (isTold ? untold({ ...open, underWay }) * cost : 0);
  windows.set(key, { ...open, used, underWay, isReported: isExcess });
  if (!isExcess || open.isReported) return;
  const details = `${key}: more than ${most} were used, its limit and what may be under way`;
  report({ invariant: invariants.limit, details });
}

// Each instance has to be told that a limit is reached: the first ten with what they have under way then,
// which the limits grant, and those that came after them, as others died, with what they began with.
function untold({ users, underWay }: Window): number {
  return Math.max(users.size - 1, underWay - limits.underWay);
}
