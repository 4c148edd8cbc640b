import type { DockerApi } from "./docker-api.ts";

/** The lines that a container writes, from its start to its end. */
export async function* readContainerLog(
  api: DockerApi,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const query = { follow: "true", stdout: "true", stderr: "true" };
  let rest = "";
  for await (const text of readFrames(api.follow(`/containers/${id}/logs`, query, signal))) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** Bytes of the head of each frame: which stream it is of, and in the last four how long it is. */
const headLength = 8;

// Without a terminal the engine frames what a container writes; a chunk may end anywhere in a frame.
async function* readFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let bytes: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= headLength) {
      const end = headLength + bytes.readUInt32BE(4);
      if (bytes.length < end) break;
      yield bytes.toString("utf8", headLength, end);
      bytes = bytes.subarray(end);
    }
  }
}
