import { jsonResponse, type WireRequest, type WireService } from "../wire.ts";
import type { WorldOptions } from "../world.ts";
import { membersOf, operationOf } from "./fault-answers.ts";
import { tamper } from "./tamper.ts";

/** Writes hold whoever else wrote meanwhile. */
export function claimNothing(options: WorldOptions): WorldOptions {
  return onPut(options, (members) => {
    const { ConditionExpression: _condition, ...rest } = members;
    const { ExpressionAttributeNames: _names, ExpressionAttributeValues: _values, ...put } = rest;
    return put;
  });
}

/** Nothing that is owed or overdue is ever looked at again. */
export function sweepNothing(options: WorldOptions): WorldOptions {
  const empty = jsonResponse(200, { Items: [], Count: 0, ScannedCount: 0 });
  return tamper(options, {
    aws: (next, name) => async (request) =>
      name === "reconcile" && operationOf(request) === "Query" ? empty : next(request),
  });
}

/** Rows do not say when they want to be looked at. */
export function wakeNothing(options: WorldOptions): WorldOptions {
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

/** Writes are forgotten: each is answered as if it had held. */
export function rememberNothing(options: WorldOptions): WorldOptions {
  return tamper(options, {
    aws: (next) => async (request) =>
      operationOf(request) === "PutItem" ? jsonResponse(200, {}) : next(request),
  });
}

/** That a run was interrupted is forgotten at once. */
export function forgetInterruptions(options: WorldOptions): WorldOptions {
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
