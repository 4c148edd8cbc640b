/** A source of numbers in [0, 1), seeded by whoever runs the simulation. */
export type Random = () => number;

/** Counts up from `first`, in steps that leave gaps as GitHub's own ids do. */
export function createSequence(first: number, step = 1): () => number {
  let next = first - step;
  return () => (next += step);
}

/** As many hexadecimal digits as asked for. */
export function randomHex(random: Random, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
}

/** An identifier in the form of a UUID. */
export function randomUuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((length) => randomHex(random, length)).join("-");
}

/** Random bytes in base64. */
export function randomBase64(random: Random, bytes: number): string {
  return Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256))).toString(
    "base64",
  );
}

/** The form of GitHub's `node_id`: opaque, derived from kind and id. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`0${kind.length}:${kind}${id}`).toString("base64");
}
