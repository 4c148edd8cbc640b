import { describe, expect, it } from "vitest";

import type { BuiltImage } from "../../functions/core/built-image.ts";
import { createImageReadiness } from "../../functions/core/image-readiness.ts";
import { createMemoryLedger } from "../../simulator/memory-ledger.ts";
import { start } from "./builders.ts";

const rust = { name: "rust", architecture: "ARM64" } as const;

/** The readiness of one image that is built, of which that is known; counts the reads. */
async function createStage(known?: Partial<BuiltImage>) {
  const ledger = createMemoryLedger(() => start);
  const reads: string[] = [];
  const state = { kind: "missing", buildAt: start } as const;
  const image = { ...rust, contentTag: "content", isThere: false, failures: 0, state, ...known };
  const cursor = { kind: "cursor", id: "cursor#images", at: start, expiresAt: start + 1 } as const;
  if (known !== undefined) await ledger.write({ ...cursor, images: [image] }, 0);
  const readiness = createImageReadiness([rust], {
    ...ledger,
    read: async (id) => {
      reads.push(id);
      return ledger.read(id);
    },
  });
  return { readiness, reads, ledger, cursor, image };
}

describe("createImageReadiness", () => {
  it.each([
    [undefined, "is being built; the job starts when it is there"],
    [{}, "is being built; the job starts when it is there"],
    [{ failures: 1 }, "could not be built (1 try so far)"],
    [{ failures: 3 }, "could not be built (3 tries so far)"],
  ])("has jobs wait where %j is known", async (known, reason) => {
    const { readiness } = await createStage(known);
    expect(await readiness.whyNotReady(rust)).toBe(`image 'rust' for ARM64 ${reason}`);
  });

  it("lets jobs have an older image while the new one fails", async () => {
    const { readiness } = await createStage({ isThere: true, failures: 3 });
    expect(await readiness.whyNotReady(rust)).toBeUndefined();
  });

  it("reads the ledger until the image is there, and no more then", async () => {
    const { readiness, reads, ledger, cursor, image } = await createStage({});
    await readiness.whyNotReady(rust);
    await readiness.whyNotReady(rust);
    await ledger.write({ ...cursor, images: [{ ...image, isThere: true }] }, 1);
    expect(await readiness.whyNotReady({ ...rust, name: "Rust" })).toBeUndefined();
    expect(reads).toHaveLength(3);
    expect(await readiness.whyNotReady(rust)).toBeUndefined();
    expect(reads).toHaveLength(3);
  });

  it.each([
    { name: "rust", architecture: "X86_64" },
    { name: "default", architecture: "ARM64" },
  ] as const)("asks nothing about $name for $architecture, which is not built", async (other) => {
    const { readiness, reads } = await createStage({});
    expect(await readiness.whyNotReady(other)).toBeUndefined();
    expect(reads).toEqual([]);
  });
});
