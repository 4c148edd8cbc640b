import { Token } from "aws-cdk-lib";

import { isWithinEdits } from "../functions/core/edit-distance.ts";
import { quote, toList } from "../functions/core/label-text.ts";

/** Finds the mistakes in a value; `path` says where it stands in the config. */
export type Check = (value: unknown, path: string) => readonly string[];

/** A check for every option; the compiler knows of one that has none. */
export type Checks<Options> = Readonly<Record<keyof Options, Check>>;

/** What a value should be, and what to do where it is not. */
export type Wish = {
  /** Completes "x should be". */
  readonly allowed: string;
  /** Completes the sentence, behind a semicolon. */
  readonly advice: string;
};

/** Whatever `isAllowed` says. */
export function passing(isAllowed: (value: unknown) => boolean, wish: Wish): Check {
  return (value, path) => (isAllowed(value) ? [] : [toMistake(value, path, wish)]);
}

/** A text of a pattern; a token, which CloudFormation fills in later, is taken at its word. */
export function text(pattern: RegExp, wish: Wish): Check {
  return passing(
    (value) => typeof value === "string" && (Token.isUnresolved(value) || pattern.test(value)),
    wish,
  );
}

/** One of a few words. */
export function choice(choices: readonly string[], advice: string): Check {
  return passing((value) => typeof value === "string" && choices.includes(value), {
    allowed: toList(
      choices.map((word) => quote(word)),
      "or",
    ),
    advice,
  });
}

/** A whole number. */
export function wholeNumber(range: { least: number; most: number }, advice: string): Check {
  const { least, most } = range;
  return passing(
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    { allowed: `a whole number from ${least} to ${most}`, advice },
  );
}

/** `true` or `false`. */
export function flag(advice: string): Check {
  return passing((value) => typeof value === "boolean", { allowed: "true or false", advice });
}

/** A list without repeats, each entry of which passes `entry`. */
export function listOf(entry: Check, wish: Wish & { readonly most?: number }): Check {
  const { most = Infinity } = wish;
  return (value, path) => {
    if (!Array.isArray(value)) return [toMistake(value, path, wish)];
    const entries: readonly unknown[] = value;
    if (entries.length === 0 || entries.length > most) return [toMistake(value, path, wish)];
    const found = entries.flatMap((it, index) => entry(it, `${path}[${index}]`));
    return [...found, ...findTwice(entries, path)];
  };
}

// Nothing that is listed counts its case.
function findTwice(entries: readonly unknown[], path: string): readonly string[] {
  const alike = entries.map((it) => (typeof it === "string" ? it.toLowerCase() : it));
  const second = alike.findIndex((it, index) => alike.indexOf(it) !== index);
  if (second === -1) return [];
  const isSame = entries.indexOf(entries[second]) !== second;
  const why = isSame ? "" : ", as case does not count";
  return [`${path} has ${show(entries[second])} twice${why}; leave one of them out`];
}

/** Case-insensitive names with values: every name has to pass `key`, every value `entry`. */
export function recordOf(key: Check, entry: Check): Check {
  return (value, path) => {
    if (!isObject(value)) return [toMistake(value, path, anObject)];
    const names = Object.keys(value);
    const twice = names.find((name, index) =>
      names.slice(0, index).some((other) => other.toLowerCase() === name.toLowerCase()),
    );
    const found = Object.entries(value).flatMap(([name, it]) => [
      ...key(name, `a name in ${path}`),
      ...entry(it, `${path}.${name}`),
    ]);
    return twice === undefined
      ? found
      : [...found, `${path} has '${twice}' twice, as case does not count; leave one of them out`];
  };
}

/** As `check`, with no more than `most` names; `why` there are no more goes with the advice. */
export function withAtMost(most: number, check: Check, why: string): Check {
  return (value, path) => {
    const count = isObject(value) ? Object.keys(value).length : 0;
    const mistake = `${path} should have at most ${most} names, got ${count}; take some out, ${why}`;
    return count > most ? [mistake] : check(value, path);
  };
}

/** An object with options of its own; those that are not `required` may be left out. */
export function options<Options extends object>(
  checks: Checks<Options>,
  required: readonly (keyof Options)[] = [],
): Check {
  const checkOf = new Map<string, Check>(Object.entries(checks));
  return (value, path) => {
    if (!isObject(value)) return [toMistake(value, path, anObject)];
    const prefix = path === "" ? "" : `${path}.`;
    const unknown = Object.keys(value).filter((name) => !checkOf.has(name));
    return [
      ...unknown.map((name) => describeUnknown(prefix, name, [...checkOf.keys()])),
      ...[...checkOf].flatMap(([name, check]) => {
        const isLeftOut = value[name] === undefined && !required.some((it) => it === name);
        return isLeftOut ? [] : check(value[name], `${prefix}${name}`);
      }),
    ];
  };
}

/** The sentence about a value that is not as wished. */
export function toMistake(value: unknown, path: string, { allowed, advice }: Wish): string {
  return `${path === "" ? "the config" : path} should be ${allowed}, got ${show(value)}; ${advice}`;
}

const anObject: Wish = { allowed: "an object", advice: "see lib/config.ts for its options" };

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describeUnknown(prefix: string, name: string, known: readonly string[]): string {
  const meant = known.find((it) => isWithinEdits(name.toLowerCase(), it.toLowerCase(), 2));
  return meant === undefined
    ? `unknown option ${quote(prefix + name)}; use ${toList(known, "or")}`
    : `unknown option ${quote(prefix + name)}; did you mean '${prefix}${meant}'?`;
}

/** How a value is told; whatever it is, as a config may be plain JavaScript. */
export function show(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return quote(String(value)).slice(1, -1);
  return quote(toJson(value)).slice(1, -1);
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, bigintToText);
  } catch {
    return "an object that has no end";
  }
}

function bigintToText(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
