import type { WireRequest, WireResponse, WireService } from "../wire.ts";
import { jsonResponse } from "../wire.ts";
import { authenticate, type Caller } from "./authenticate.ts";
import { randomHex } from "./identifiers.ts";
import { findMistake, findOperation, hasValidPath, type Operation } from "./openapi.ts";
import { type Allowance, countRequest, peekLimits } from "./rate-limits.ts";
import { type Answer, type Call, failure, notAccessible, notFound, type Route } from "./route.ts";
import { appRoutes } from "./routes-app.ts";
import { checkRoutes } from "./routes-checks.ts";
import { deliveryRoutes } from "./routes-deliveries.ts";
import { repositoryRoutes } from "./routes-repositories.ts";
import { runRoutes } from "./routes-runs.ts";
import { runnerRoutes } from "./routes-runners.ts";
import type { State } from "./state.ts";

/** Every operation the simulator answers, by its endpoint. */
export const routes: Readonly<Record<string, Route>> = {
  ...appRoutes,
  ...checkRoutes,
  ...deliveryRoutes,
  ...repositoryRoutes,
  ...runRoutes,
  ...runnerRoutes,
};

/** GitHub's REST API in front of `state`. */
export function createRestApi(state: State): WireService {
  return async (request) => {
    const [path = "", query = ""] = request.path.split("?", 2);
    const operation = findOperation(request.method, path);
    const caller = authenticate(state, request.headers["authorization"]);
    if (operation === undefined) return toResponse(state, notFound, undefined);
    if (!("who" in caller)) return toResponse(state, caller, operation);
    const free = operation.endpoint === "GET /rate_limit";
    const allowance = free
      ? peekLimits(state, caller.who)
      : countRequest(state, caller.who, operation.endpoint);
    const answer =
      refuseExcess(allowance, caller) ?? serve({ state, operation, caller, query, request });
    return toResponse(state, withHeaders(answer, allowance.headers), operation);
  };
}

type Served = {
  readonly state: State;
  readonly operation: Operation;
  readonly caller: Caller;
  readonly query: string;
  readonly request: WireRequest;
};

function serve({ state, operation, caller, query, request }: Served): Answer {
  const route = routes[operation.endpoint];
  if (route === undefined || !hasValidPath(operation)) return notFound;
  const { parameters } = operation;
  const queryValues = Object.fromEntries(new URLSearchParams(query));
  const body = readBody(request.body);
  if (body.malformed) return failure(400, "Problems parsing JSON");
  const mistake = findMistake(operation, { query: queryValues, body: body.value });
  if (mistake !== undefined) return failure(422, mistake);
  const call = { state, parameters, query: queryValues, body: toFields(body.value) };
  return dispatch(route, caller, { ...call, who: caller.who });
}

function dispatch(route: Route, caller: Caller, call: Call): Answer {
  if (route.access === "anyone") return route.answer(call);
  if (route.access === "app") {
    return caller.token === undefined
      ? route.answer(call)
      : failure(401, "A JSON web token could not be decoded");
  }
  return caller.token === undefined ? notAccessible : route.answer(call, caller.token);
}

function refuseExcess({ exceeded }: Allowance, { who }: Caller): Answer | undefined {
  if (exceeded === "primary") return failure(403, `API rate limit exceeded for ${who}.`);
  if (exceeded === undefined) return undefined;
  const message = "You have exceeded a secondary rate limit. Please wait before you try again.";
  return failure(403, message);
}

function readBody(body: string): { readonly malformed: boolean; readonly value?: unknown } {
  if (body === "") return { malformed: false };
  try {
    const value: unknown = JSON.parse(body);
    return { malformed: false, value };
  } catch {
    return { malformed: true };
  }
}

function toFields(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null ? { ...body } : {};
}

function withHeaders(answer: Answer, headers: WireResponse["headers"]): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function toResponse(
  { timeline, random }: State,
  { status, body, headers }: Answer,
  operation: Operation | undefined,
): WireResponse {
  const documentationUrl = operation?.documentationUrl ?? "https://docs.github.com/rest";
  const error = { ...toFields(body), documentation_url: documentationUrl, status: String(status) };
  const response = jsonResponse(status, status >= 400 ? error : body);
  const common = {
    date: new Date(timeline.now()).toUTCString(),
    server: "github.com",
    "x-github-media-type": "github.v3; format=json",
    "x-github-request-id": [4, 6, 7, 7, 8]
      .map((length) => randomHex(random, length).toUpperCase())
      .join(":"),
  };
  if (status === 204) return { status, headers: { ...common, ...headers }, body: "" };
  return { ...response, headers: { ...response.headers, ...common, ...headers } };
}
