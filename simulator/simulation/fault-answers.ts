import { jsonResponse, type WireRequest, type WireResponse } from "../wire.ts";

/** An error as an AWS service answers it. */
export function awsError(status: number, code: string, message: string): WireResponse {
  return jsonResponse(status, { __type: code, message }, "application/x-amz-json-1.1");
}

/** An error as GitHub answers it. */
export function gitHubError(
  status: number,
  message: string,
  headers: WireResponse["headers"],
): WireResponse {
  const response = jsonResponse(status, { message, status: String(status) });
  return { ...response, headers: { ...response.headers, ...headers } };
}

/** The operation of an AWS request, e.g. `RunTask`. */
export function operationOf({ headers }: WireRequest): string {
  return (headers["x-amz-target"] ?? "").split(".")[1] ?? "";
}

type Members = Readonly<Record<string, unknown>>;

/** The latest answer: a launch is long, and looked into by several on its way. */
let latest: { readonly body: string; readonly members: Members } | undefined;

/** The members of a JSON body; none where it is not an object. */
export function membersOf(body: string): Members {
  if (latest?.body !== body) latest = { body, members: readMembers(body) };
  return latest.members;
}

function readMembers(body: string): Members {
  try {
    const value: unknown = JSON.parse(body === "" ? "{}" : body);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** The text of a member, or nothing. */
export function textOf(members: Members, name: string): string {
  const value = members[name];
  return typeof value === "string" ? value : "";
}
