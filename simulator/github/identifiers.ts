/** A source of numbers in [0, 1), seeded by whoever runs the simulation. */
export type Random = () => number;

/** Counts up from `first`, in steps that leave gaps as GitHub's own ids do. */
export function createSequence(first: number, step = 1): () => number {
  let next = first - step;
  return () => (next += step);
}

/** As many hexadecimal digits as asked for. */
export function randomHex(random: Random, length: number): string {
  return drawBytes(random, Math.ceil(length / 2))
    .toString("hex")
    .slice(0, length);
}

/** An identifier in the form of a UUID. */
export function randomUuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((length) => randomHex(random, length)).join("-");
}

/** Random bytes in base64. */
export function randomBase64(random: Random, bytes: number): string {
  return drawBytes(random, bytes).toString("base64");
}

// Tokens and keys are long, and drawn for every call: four bytes at once cost less than one at a time.
function drawBytes(random: Random, length: number): Buffer {
  const drawn = Buffer.alloc(Math.ceil(length / 4) * 4);
  for (let at = 0; at < length; at += 4) drawn.writeUInt32BE(Math.floor(random() * 2 ** 32), at);
  return drawn.subarray(0, length);
}

/** The form of GitHub's `node_id`: opaque, derived from kind and id. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`0${kind.length}:${kind}${id}`).toString("base64");
}
