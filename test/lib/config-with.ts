import type { TornadeConfig } from "../../lib/config.ts";

/** A config of the least there must be and `options`, which may be of any kind, as in plain JavaScript. */
export function configWith(options: object = {}): TornadeConfig {
  return Object.assign({ owners: ["acme"] }, options);
}
