import { describe, expect, it } from "vitest";

import { readContainerLog } from "../../local/container-log.ts";

/** What an engine sends for text that a container wrote. */
function frame(text: string): Buffer {
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

async function readLines(bytes: Buffer, chunkLength: number): Promise<readonly string[]> {
  const api = {
    call: async () => ({ status: 500, body: undefined }),
    follow: async function* follow() {
      for (let at = 0; at < bytes.length; at += chunkLength) {
        yield bytes.subarray(at, at + chunkLength);
      }
    },
  };
  const lines: string[] = [];
  const { signal } = new AbortController();
  for await (const line of readContainerLog(api, "c1", signal)) lines.push(line);
  return lines;
}

describe("readContainerLog", () => {
  it.each([1, 5, 8, 1_000])("reads lines from chunks of %i bytes", async (chunkLength) => {
    const bytes = Buffer.concat(["√ one\ntw", "o\n\n", "", "three"].map(frame));

    expect(await readLines(bytes, chunkLength)).toEqual(["√ one", "two", "", "three"]);
  });
});
