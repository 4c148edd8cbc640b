/** Text that is HTML already; anything else is escaped before it becomes part of some. */
export type Html = { readonly html: string };

type Value = Html | readonly Html[] | string | number;

/** HTML from a template: what is put in is escaped, unless it is HTML itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: parts.map((part, index) => part + toHtml(values[index] ?? "")).join("") };
}

function toHtml(value: Value): string {
  if (typeof value === "string") return value.replaceAll(/[&<>"']/gu, toEntity);
  if (typeof value === "number") return String(value);
  return "html" in value ? value.html : value.map((part) => part.html).join("");
}

function toEntity(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
