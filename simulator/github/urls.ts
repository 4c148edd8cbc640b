/** Where GitHub's REST API lives in the URLs of its answers. */
export const apiUrl = "https://api.github.com";

/** Where people look. */
export const webUrl = "https://github.com";

/** Milliseconds since the Unix epoch as GitHub writes a time. */
export function toTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, "2026-01-05T08:00:00".length)}Z`;
}
