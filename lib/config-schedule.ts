/**
 * Tells whether EventBridge understands a schedule, which a deploy would find out only at its end.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function isSchedule(value: unknown): boolean {
  const text = typeof value === "string" ? value : "";
  const [, kind, inner = ""] = /^(rate|cron)\(([^()]*)\)$/u.exec(text) ?? [];
  if (kind === "rate")
    return /^(?:1 (?:minute|hour|day)|(?!1 )[1-9]\d* (?:minute|hour|day)s)$/u.test(inner);
  return kind === "cron" && isCron(inner.split(" "));
}

type CronField = {
  readonly least: number;
  readonly most: number;
  /** What may stand for numbers. */
  readonly names?: readonly string[];
  /** What else may stand there, like the last day of a month. */
  readonly special?: RegExp;
};

const cronFields: readonly CronField[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31, special: /^(?:\?|L|LW|(?:[1-9]|[12]\d|3[01])W)$/u },
  { least: 1, most: 12, names: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ") },
  {
    least: 1,
    most: 7,
    names: "SUN MON TUE WED THU FRI SAT".split(" "),
    special: /^(?:\?|L|[1-7]L|[1-7]#[1-5])$/u,
  },
  { least: 1_970, most: 2_199 },
];

function isCron(texts: readonly string[]): boolean {
  // A day is named in one way or the other, and the field of the other way says so.
  const ways = [texts[2], texts[4]].filter((day) => day === "?");
  return (
    texts.length === cronFields.length &&
    ways.length === 1 &&
    cronFields.every((field, index) => isFieldOf(field, texts[index] ?? ""))
  );
}

function isFieldOf(field: CronField, text: string): boolean {
  if (field.special?.test(text)) return true;
  return text.split(",").every((part) => {
    const [range = "", step = "1", ...more] = part.split("/");
    return more.length === 0 && /^[1-9]\d*$/u.test(step) && isRangeOf(field, range);
  });
}

function isRangeOf({ least, most, names = [] }: CronField, text: string): boolean {
  if (text === "*") return true;
  const ends = text.split("-");
  const numbers = ends.map((end) => {
    const named = names.indexOf(end.toUpperCase());
    if (named !== -1) return least + named;
    return /^\d+$/u.test(end) ? Number(end) : Number.NaN;
  });
  return numbers.length <= 2 && numbers.every((number) => number >= least && number <= most);
}
