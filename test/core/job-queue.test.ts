import { describe, expect, it } from "vitest";

import { type JobQueue, sendEach } from "../../functions/core/job-queue.ts";

const wakes = [1, 2, 3].map(
  (job) =>
    ({ envelope: { version: 1, kind: "wake", itemId: `job#${job}-1` }, groupId: "7" }) as const,
);

describe("sendEach", () => {
  it("sends the others where one is not stored, and tells why", async () => {
    const sent: unknown[] = [];
    const queue: JobQueue = {
      send: async (envelope, options) => {
        if (envelope === wakes[1]?.envelope) throw new Error("no");
        sent.push({ envelope, ...options });
      },
    };
    expect(await sendEach(queue)(wakes)).toEqual(["no"]);
    expect(sent).toEqual([wakes[0], wakes[2]]);
  });
});
