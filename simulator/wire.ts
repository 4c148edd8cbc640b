/** An HTTP request as it reaches a simulated service; the host has been dealt with already. */
export type WireRequest = {
  readonly method: string;
  /** Path and query, e.g. `/orgs/acme/actions/runners?name=x`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What a simulated service answers. */
export type WireResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** One simulated service at wire level: the in-process and the HTTP front both call this. */
export type WireService = (request: WireRequest) => Promise<WireResponse>;

/** A JSON answer with the content type given. */
export function jsonResponse(
  status: number,
  body: unknown,
  contentType = "application/json; charset=utf-8",
): WireResponse {
  return { status, headers: { "content-type": contentType }, body: JSON.stringify(body) };
}
