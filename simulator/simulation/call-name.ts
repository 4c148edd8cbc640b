import type { WireRequest } from "../wire.ts";

/** `RunTask`, `POST generate-jitconfig`, `DELETE runners`: ids and owners left out. */
export function callName({ method, path, headers }: WireRequest): string {
  const target = headers["x-amz-target"];
  if (target !== undefined) return target.slice(target.indexOf(".") + 1);
  const words = (path.split("?", 1)[0] ?? "").split("/");
  return `${method} ${words.findLast((word) => /^[a-z_-]+$/u.test(word)) ?? ""}`;
}
