/** Part of an event pattern: what each field may be, as values or as what it is not. */
export type EventPattern = Readonly<Record<string, readonly Matcher[]>>;

type Matcher = string | { readonly "anything-but": readonly string[] };

/**
 * Whether a rule with this pattern for the detail of an event passes the event on. A field that is absent
 * matches nothing.
 */
export function matchesPattern(
  detail: Readonly<Record<string, unknown>>,
  pattern: EventPattern,
): boolean {
  return Object.entries(pattern).every(([name, matchers]) => {
    const value = detail[name];
    return typeof value === "string" && matchers.some((matcher) => matches(value, matcher));
  });
}

function matches(value: string, matcher: Matcher): boolean {
  return typeof matcher === "string" ? matcher === value : !matcher["anything-but"].includes(value);
}
