import { hash } from "node:crypto";
import type { Timeline } from "../timeline.ts";

/** What every simulated AWS service is made from. */
export type AwsSurroundings = {
  readonly timeline: Timeline;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly region: string;
  readonly accountId: string;
};

/** `length` lower-case hexadecimal digits from the injected randomness. */
export function randomHex(random: () => number, length: number): string {
  let digits = "";
  // Ids are drawn for every answer: eight digits at once cost less than one at a time.
  while (digits.length < length) {
    digits += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  }
  return digits.slice(0, length);
}

/** An identifier in the form of a version 4 UUID from the injected randomness. */
export function randomUuid(random: () => number): string {
  const digits = randomHex(random, 32);
  const variant = (8 + Math.floor(random() * 4)).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
}

/** The Amazon Resource Name of a resource in the simulated account and region. */
export function arnOf(surroundings: AwsSurroundings, service: string, resource: string): string {
  return `arn:aws:${service}:${surroundings.region}:${surroundings.accountId}:${resource}`;
}

/** A time in awsJson: seconds since the epoch as a number, milliseconds behind the point. */
export function toEpochSeconds(milliseconds: number): number {
  return milliseconds / 1000;
}

/** MD5 in hexadecimal, the digest SQS clients check what they sent and received with. */
export function md5Hex(data: string | Uint8Array): string {
  return hash("md5", data, "hex");
}

/** JSON with sorted keys and without absent members, so that equal parameters give equal text. */
export function toCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(
          Object.entries(member)
            .filter(([, entry]) => entry !== undefined && entry !== null)
            .toSorted(([left], [right]) => (left < right ? -1 : 1)),
        )
      : member,
  );
}
