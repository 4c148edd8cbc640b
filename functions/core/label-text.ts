/**
 * Shows a label inside a message: in quotes, on one line and cut to `length` characters. The message
 * is later printed as a GitHub workflow command, so what that could obey is shown as an escape.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function quote(label: string, length = 60): string {
  return `'${shorten(label, length)}'`;
}

/** Makes a text visible and harmless, and cuts it to `length` characters. */
export function shorten(text: string, length: number): string {
  const visible = text.replaceAll(obeyedOrInvisible, toEscape);
  // A cut may fall into a surrogate pair; JSON and logs want well-formed text.
  return visible.length > length ? `${visible.slice(0, length - 1).toWellFormed()}…` : visible;
}

/** Joins names for a sentence: `a`, `a or b`, `a, b or c`. */
export function toList(names: readonly string[], word: "and" | "or"): string {
  const start = names.slice(0, -1).join(", ");
  const end = names.slice(-1).join("");
  return start === "" ? end : `${start} ${word} ${end}`;
}

// Control, format and unassigned characters, every space but the plain one, the `%` of `%0A`, the
// second colon of `::` and the start of the older `##[command]`.
const obeyedOrInvisible = /(?! )[\p{C}\p{Z}]|%|(?<=:):|#(?=#\[)/gu;

function toEscape(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
