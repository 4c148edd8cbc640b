import { expect } from "vitest";

/** Any text with this in it; `expect.stringContaining` without its `any`. */
export function containing(text: string | RegExp): unknown {
  return typeof text === "string" ? expect.stringContaining(text) : expect.stringMatching(text);
}
