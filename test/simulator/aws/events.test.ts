import { describe, expect, it } from "vitest";
import { createEvents } from "../../../simulator/aws/events.ts";
import { createVirtualTimeline } from "../../../simulator/virtual-timeline.ts";
import { START } from "../../support/simulated-aws.ts";

const EVENT = { source: "test", "detail-type": "Test", resources: ["arn"], detail: { id: 1 } };

function setUp() {
  const timeline = createVirtualTimeline(START);
  const surroundings = { timeline, random: () => 0, region: "eu-west-1", accountId: "1" };
  return { timeline, events: createEvents(surroundings) };
}

describe("createEvents", () => {
  it("delivers in EventBridge's envelope, but not inside the call that emits", async () => {
    const { timeline, events } = setUp();
    const received: unknown[] = [];
    events.subscribe((event) => {
      received.push(event);
    });
    events.emit(EVENT);
    expect(received).toEqual([]);
    await timeline.advance(0);
    expect(received).toEqual([
      {
        version: "0",
        id: "00000000-0000-4000-8000-000000000000",
        account: "1",
        time: "2026-11-21T12:00:00Z",
        region: "eu-west-1",
        ...EVENT,
      },
    ]);
  });

  it("delivers again what a listener rejected, ever more slowly", async () => {
    const { timeline, events } = setUp();
    const times: number[] = [];
    events.subscribe(async () => {
      times.push(timeline.now() - START);
      if (times.length < 4) throw new Error("not yet");
    });
    events.emit(EVENT);
    await timeline.advance(60_000);
    expect(times).toEqual([0, 1000, 3000, 7000]);
  });

  it("delivers nothing more to a listener that has left", async () => {
    const { timeline, events } = setUp();
    let deliveries = 0;
    const leave = events.subscribe(() => {
      deliveries += 1;
      throw new Error("again");
    });
    events.emit(EVENT);
    await timeline.advance(0);
    leave();
    await timeline.advance(60_000);
    expect(deliveries).toBe(1);
  });
});
