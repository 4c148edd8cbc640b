import { validationError } from "./dynamodb-errors.ts";

/** A DynamoDB number: `coefficient` × 10^-`scale`, with the smallest scale ≥ 0. */
export type Decimal = { readonly coefficient: bigint; readonly scale: number };

const mostDigits = 38;
const mostExponent = 125;

/** Reads a number of up to 38 significant digits. @throws {AwsError} for anything else */
export function readDecimal(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/iu.exec(text);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match ?? [];
  if (whole + fraction === "") {
    throw validationError(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  const digits = (whole + fraction).replace(/^0+/u, "");
  if (digits.replace(/0+$/u, "").length > mostDigits) {
    throw validationError("Attempting to store more than 38 significant digits in a Number");
  }
  if (Math.abs(Number(exponent)) > mostExponent) {
    throw validationError(
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    );
  }
  return normalise(
    BigInt(`${sign}${digits === "" ? "0" : digits}`),
    fraction.length - Number(exponent),
  );
}

/** The number as DynamoDB gives it back: plain digits, no superfluous zeros. */
export function formatDecimal({ coefficient, scale }: Decimal): string {
  if (scale === 0) return coefficient.toString();
  const sign = coefficient < 0n ? "-" : "";
  const digits = coefficient
    .toString()
    .replace("-", "")
    .padStart(scale + 1, "0");
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Negative, zero or positive, as numbers are ordered. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const difference = addDecimals(left, negate(right)).coefficient;
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

/** The exact sum. */
export function addDecimals(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  return normalise(atScale(left, scale) + atScale(right, scale), scale);
}

/** The same number with the other sign. */
export function negate({ coefficient, scale }: Decimal): Decimal {
  return { coefficient: -coefficient, scale };
}

function atScale(decimal: Decimal, scale: number): bigint {
  return decimal.coefficient * 10n ** BigInt(scale - decimal.scale);
}

function normalise(coefficient: bigint, scale: number): Decimal {
  if (scale < 0) return { coefficient: coefficient * 10n ** BigInt(-scale), scale: 0 };
  let shortened = coefficient;
  let remaining = scale;
  while (remaining > 0 && shortened % 10n === 0n) {
    shortened /= 10n;
    remaining -= 1;
  }
  return { coefficient: shortened, scale: remaining };
}
