import { jsonResponse, type WireRequest, type WireService } from "../wire.ts";
import type { WorldOptions } from "../world.ts";
import { membersOf, operationOf } from "./fault-answers.ts";
import { tamper } from "./tamper.ts";
import type { Sabotage } from "./sabotage.ts";

/** What is switched off in the ledger. */
export const ledgerSabotages: Readonly<Record<string, Sabotage>> = {
  "no-claim": {
    rule: "a row is written only if nobody else wrote it meanwhile",
    noticedBy: ["token", "oneRunner", "launches", "jitConfig", "idle"],
    faults: "queue,webhook-told-twice",
    apply: claimNothing,
  },
  "no-memory": {
    rule: "what was decided is written down before it is done",
    noticedBy: ["token", "idle", "oneRunner", "launches", "served"],
    faults: "webhook-told-twice",
    apply: rememberNothing,
  },
  "no-sweep": {
    rule: "what is owed or overdue is looked at again every minute",
    noticedBy: ["debt", "served", "registration"],
    faults: "killed-after,session-conflict,github-unavailable",
    apply: sweepNothing,
  },
  "no-wake": {
    rule: "a row says when it wants to be looked at",
    noticedBy: ["debt", "served", "registration"],
    faults: "killed-after,session-conflict,github-unavailable",
    apply: wakeNothing,
  },
  "cursor-in-memory": {
    rule: "how far repeated looks have come is written down, not remembered",
    noticedBy: ["redelivery"],
    faults: "webhook-lost,lambda",
    apply: keepCursorsInMemory,
  },
  "spot-again": {
    rule: "what was interrupted starts on demand",
    noticedBy: ["rerun"],
    faults: "spot",
    apply: forgetInterruptions,
  },
};

/** Writes hold whoever else wrote meanwhile. */
function claimNothing(options: WorldOptions): WorldOptions {
  return onPut(options, (members) => {
    const { ConditionExpression: _condition, ...rest } = members;
    const { ExpressionAttributeNames: _names, ExpressionAttributeValues: _values, ...put } = rest;
    return put;
  });
}

/** Nothing that is owed or overdue is ever looked at again. */
function sweepNothing(options: WorldOptions): WorldOptions {
  const empty = jsonResponse(200, { Items: [], Count: 0, ScannedCount: 0 });
  return tamper(options, {
    aws: (next, name) => async (request) =>
      name === "reconcile" && operationOf(request) === "Query" ? empty : next(request),
  });
}

/** Rows do not say when they want to be looked at. */
function wakeNothing(options: WorldOptions): WorldOptions {
  return onPut(options, (members) => {
    const { Item: item } = members;
    if (typeof item !== "object" || item === null) return members;
    const {
      wakeAt: _wakeAt,
      wakeShard: _wakeShard,
      ...kept
    }: Readonly<Record<string, unknown>> = {
      ...item,
    };
    return { ...members, Item: kept };
  });
}

/** How far repeated looks have come is known to the instance that looked; a new one begins at present. */
function keepCursorsInMemory(options: WorldOptions): WorldOptions {
  const remember = (next: WireService): WireService => {
    const cursors = new Map<string, unknown>();
    return async (request) => {
      const { Item: item, Key: key } = membersOf(request.body);
      const [, id] = /"S":"(cursor#[a-z]+)"/u.exec(JSON.stringify(item ?? key ?? "")) ?? [];
      if (id === undefined) return next(request);
      if (item !== undefined) cursors.set(id, item);
      const known = cursors.get(id) ?? beginAt(id, options.timeline.now());
      cursors.set(id, known);
      return jsonResponse(200, item === undefined ? { Item: known } : {});
    };
  };
  return tamper(options, { aws: remember });
}

function beginAt(id: string, now: number): object {
  const expiresAt = now + 86_400_000;
  const item = JSON.stringify({ kind: "cursor", id, at: now, expiresAt });
  return { id: { S: id }, version: { N: "1" }, item: { S: item } };
}

/** Writes are forgotten: each is answered as if it had held. */
function rememberNothing(options: WorldOptions): WorldOptions {
  return tamper(options, {
    aws: (next) => async (request) =>
      operationOf(request) === "PutItem" ? jsonResponse(200, {}) : next(request),
  });
}

/** That a run was interrupted is forgotten at once. */
function forgetInterruptions(options: WorldOptions): WorldOptions {
  return tamper(options, {
    aws: (next) => async (request) =>
      next({ ...request, body: request.body.replace(/,\\"onDemandSince\\":\d+/u, "") }),
  });
}

type Members = Readonly<Record<string, unknown>>;

function onPut(options: WorldOptions, change: (members: Members) => Members): WorldOptions {
  const changed = (request: WireRequest): WireRequest => ({
    ...request,
    body: JSON.stringify(change(membersOf(request.body))),
  });
  const between = (next: WireService): WireService => {
    return async (request) => next(operationOf(request) === "PutItem" ? changed(request) : request);
  };
  return tamper(options, { aws: between });
}
