import { describe, expect, it } from "vitest";

import {
  buildGap,
  createImagePass,
  type ImageRegistry,
} from "../../functions/core/build-images.ts";
import type { WantedImage } from "../../functions/core/built-image.ts";
import { imagesCursor } from "../../functions/core/cursor.ts";
import type { LogFields } from "../../functions/core/log.ts";
import type { Figures, Measured } from "../../functions/core/metrics.ts";
import { createMemoryLedger } from "../../simulator/memory-ledger.ts";
import { start } from "./builders.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

function wantedImage(hash: string, name = "default"): WantedImage {
  return {
    name,
    architecture: "X86_64",
    currentTag: `current-${name}`,
    contentTag: `content-${name}-${hash}`,
  };
}

/** A registry with the tags of its images, whose builds end when a test says so. */
function createStage() {
  const clock = { now: start };
  const ledger = createMemoryLedger(() => clock.now);
  const calls: string[] = [];
  const lines: { level: string; message: string; fields: LogFields }[] = [];
  const told: Figures[] = [];
  const images: Set<string>[] = [];
  const builds = new Map<string, { readonly image: WantedImage; outcome?: string }>();
  const faults = new Set<string>();
  const record = (call: string, argument: string) => {
    calls.push(`${call} ${argument}`);
    if (faults.has(call)) throw new Error(`${call} failed`);
  };
  const imageRegistry: ImageRegistry = {
    findTags: async (tag) => {
      record("findTags", tag);
      const image = images.find((tags) => tags.has(tag));
      return image && [...image];
    },
    startBuild: async (image, token) => {
      record("startBuild", token);
      if (!builds.has(token)) builds.set(token, { image });
      return { buildId: token };
    },
    readBuild: async (buildId) => {
      record("readBuild", buildId);
      const { outcome } = builds.get(buildId) ?? { outcome: "forgotten" };
      return { isRunning: outcome === undefined, outcome: outcome ?? "IN_PROGRESS" };
    },
  };
  const push = ({ currentTag, contentTag }: WantedImage) => {
    for (const tags of images) for (const tag of [currentTag, contentTag]) tags.delete(tag);
    images.push(new Set([currentTag, contentTag]));
  };
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}, measured?: Measured) => {
      lines.push({ level, message, fields });
      if (measured !== undefined) told.push(measured.figures);
    };
  const log = { info: write("info"), warn: write("warn"), error: write("error") };
  const stack = "tornade";
  const ports = { imageRegistry, ledger, log, now: () => clock.now, stack };
  return {
    clock,
    calls,
    lines,
    told,
    faults,
    ledger,
    images,
    push,
    /** Ends the builds that run; those that succeed push their image. */
    endBuilds: (outcome: string) => {
      for (const build of builds.values()) {
        if (build.outcome !== undefined) continue;
        build.outcome = outcome;
        if (outcome === "SUCCEEDED") push(build.image);
      }
    },
    createPass: (...wanted: readonly WantedImage[]) => createImagePass(wanted, ports),
    readImages: async () => (await imagesCursor.read(ledger)).state.images,
  };
}

type Stage = ReturnType<typeof createStage>;

/** Lets the pass be called every minute, and gives the calls it made outside. */
async function run(stage: Stage, pass: () => Promise<void>, minutes = 1) {
  stage.calls.length = 0;
  for (let count = 0; count < minutes; count += 1) {
    await pass();
    stage.clock.now += minute;
  }
  return [...stage.calls];
}

const one = wantedImage("one");
const two = wantedImage("two");

describe("createImagePass", () => {
  it("does nothing where nothing is built", async () => {
    const stage = createStage();
    expect(await run(stage, stage.createPass(), 3)).toEqual([]);
    expect(stage.ledger.list()).toEqual([]);
  });

  it("builds what is not there, and asks for nothing but the build while it runs", async () => {
    const stage = createStage();
    const pass = stage.createPass(one);
    expect(await run(stage, pass)).toEqual([
      "findTags current-default",
      "startBuild content-default-one-0",
    ]);
    expect(await run(stage, pass, 2)).toEqual([
      "readBuild content-default-one-0",
      "readBuild content-default-one-0",
    ]);
    expect(await stage.readImages()).toMatchObject([
      { isThere: false, state: { kind: "building" } },
    ]);
  });

  it("makes no call at all once everything is there, for a day", async () => {
    const stage = createStage();
    const pass = stage.createPass(one, wantedImage("one", "slim"));
    await run(stage, pass);
    stage.endBuilds("SUCCEEDED");
    await run(stage, pass);
    const built = stage.clock.now - minute;
    expect(await stage.readImages()).toMatchObject([
      { name: "default", isThere: true, state: { kind: "built", seenAt: built } },
      { name: "slim", isThere: true, state: { kind: "built", seenAt: built } },
    ]);

    expect(await run(stage, pass, 24 * 60 - 1)).toEqual([]);
    expect(await run(stage, pass, 2)).toEqual([
      "findTags current-default",
      "findTags current-slim",
    ]);
  });

  it("asks the registry nothing after a cold start when it was asked within a day", async () => {
    const stage = createStage();
    stage.push(one);
    await run(stage, stage.createPass(one));
    expect(await run(stage, stage.createPass(one), 3)).toEqual([]);
  });

  it("looks only for what is not there yet", async () => {
    const stage = createStage();
    stage.push(one);
    const pass = stage.createPass(one, wantedImage("one", "slim"));
    await run(stage, pass);
    expect(await run(stage, pass)).toEqual(["readBuild content-slim-one-0"]);
  });

  it("keeps the record alive as long as it is looked at", async () => {
    const stage = createStage();
    stage.push(one);
    const pass = stage.createPass(one);
    for (let count = 0; count < 60; count += 1) {
      await pass();
      stage.clock.now += day;
    }
    expect(await stage.readImages()).toMatchObject([{ isThere: true }]);
  });

  it("tries a failing build again with gaps that double from ten minutes to six hours", async () => {
    const stage = createStage();
    const pass = stage.createPass(one);
    const starts: number[] = [];
    for (let count = 0; count < 2_000; count += 1) {
      const calls = await run(stage, pass);
      if (!calls.some((call) => call.startsWith("startBuild"))) continue;
      starts.push(count);
      stage.endBuilds("FAILED");
    }
    const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0) - 1);
    expect(gaps).toEqual([10, 20, 40, 80, 160, 320, 360, 360, 360]);
    expect(stage.lines.filter(({ level }) => level === "error")).toHaveLength(10);
    expect(stage.lines).toContainEqual({
      level: "error",
      message: "image not built",
      fields: {
        image: "default X86_64",
        failures: 1,
        buildId: "content-default-one-0",
        outcome: "FAILED",
        buildAt: start + 11 * minute,
      },
    });
  });

  it("sees an image that somebody else pushed while it waits to try again", async () => {
    const stage = createStage();
    const pass = stage.createPass(one);
    await run(stage, pass);
    stage.endBuilds("FAILED");
    await run(stage, pass);
    stage.push(one);
    expect(await run(stage, pass)).toEqual(["findTags current-default"]);
    expect(await stage.readImages()).toMatchObject([{ isThere: true, failures: 0 }]);
  });

  it("takes a build for failed that succeeded without a trace", async () => {
    const stage = createStage();
    const pass = stage.createPass(one);
    await run(stage, pass);
    stage.endBuilds("SUCCEEDED");
    stage.push(two);
    await run(stage, pass);
    expect(await stage.readImages()).toMatchObject([{ failures: 1, state: { kind: "missing" } }]);
  });

  it("builds an image again that was deleted, and has jobs wait for it", async () => {
    const stage = createStage();
    stage.push(one);
    const pass = stage.createPass(one);
    await run(stage, pass);
    stage.images.length = 0;
    expect(await run(stage, pass, 24 * 60)).toEqual([
      "findTags current-default",
      "startBuild content-default-one-0",
    ]);
    expect(await stage.readImages()).toMatchObject([{ isThere: false }]);
  });

  it("builds new content at once, the older image being there for jobs", async () => {
    const stage = createStage();
    stage.push(one);
    await run(stage, stage.createPass(one));
    expect(await run(stage, stage.createPass(two))).toEqual([
      "findTags current-default",
      "startBuild content-default-two-0",
    ]);
    expect(await stage.readImages()).toMatchObject([
      { isThere: true, state: { kind: "building" } },
    ]);
  });

  it("tells with each pass how many images cannot be built", async () => {
    const stage = createStage();
    const pass = stage.createPass(one, wantedImage("one", "other"));
    await run(stage, pass);
    expect(stage.told).toEqual([]);
    stage.endBuilds("FAILED");
    await run(stage, pass, 11);
    expect(stage.told).toEqual(Array.from({ length: 11 }, () => ({ UnbuiltImages: 2 })));
    stage.endBuilds("SUCCEEDED");
    stage.told.length = 0;
    await run(stage, pass, 2);
    expect(stage.told).toEqual([]);
  });

  it("tells of an image whose build cannot be started", async () => {
    const stage = createStage();
    stage.faults.add("startBuild");
    await run(stage, stage.createPass(one));
    expect(stage.told).toEqual([{ UnbuiltImages: 1 }]);
  });

  it("forgets the failures of older content", async () => {
    const stage = createStage();
    const pass = stage.createPass(one);
    await run(stage, pass);
    stage.endBuilds("FAILED");
    await run(stage, pass);
    await run(stage, stage.createPass(two));
    expect(await stage.readImages()).toMatchObject([
      { contentTag: "content-default-two", failures: 0, state: { kind: "building" } },
    ]);
  });

  it.each(["SUCCEEDED", "FAILED"])(
    "begins with new content when the build of the older one has %s, lest that be the last",
    async (outcome) => {
      const stage = createStage();
      await run(stage, stage.createPass(one));
      const pass = stage.createPass(two);
      expect(await run(stage, pass)).toEqual(["readBuild content-default-one-0"]);
      stage.endBuilds(outcome);
      expect(await run(stage, pass)).toContain("startBuild content-default-two-0");
      stage.endBuilds("SUCCEEDED");
      await run(stage, pass);
      expect(await stage.readImages()).toMatchObject([
        { contentTag: "content-default-two", failures: 0, state: { kind: "built" } },
      ]);
    },
  );

  it("builds what a roll-back brings back, as runners are started from the newer image", async () => {
    const stage = createStage();
    stage.push(one);
    stage.push(two);
    expect(await run(stage, stage.createPass(one))).toContain("startBuild content-default-one-0");
  });

  it("forgets images that are built no more", async () => {
    const stage = createStage();
    await run(stage, stage.createPass(one, wantedImage("one", "slim")));
    await run(stage, stage.createPass(one));
    expect(await stage.readImages()).toMatchObject([{ name: "default" }]);
  });

  it.each(["findTags", "startBuild", "readBuild"])("is not stopped by %s failing", async (call) => {
    const stage = createStage();
    const pass = stage.createPass(one);
    if (call === "readBuild") await run(stage, pass);
    stage.faults.add(call);
    await run(stage, pass, 2);
    expect(stage.lines.filter(({ level }) => level === "error")).toHaveLength(2);
    stage.faults.clear();
    await run(stage, pass);
    stage.endBuilds("SUCCEEDED");
    await run(stage, pass);
    expect(await stage.readImages()).toMatchObject([{ isThere: true }]);
  });

  it("starts one build although two passes do it at once, and neither undoes the other", async () => {
    const stage = createStage();
    const passes = [stage.createPass(one), stage.createPass(one)];
    await Promise.all(passes.map(async (pass) => pass()));
    expect(new Set(stage.calls)).toEqual(
      new Set(["findTags current-default", "startBuild content-default-one-0"]),
    );
    expect((await stage.ledger.read("cursor#images")).version).toBe(1);
  });
});

describe("buildGap", () => {
  it.each([
    [1, 10],
    [2, 20],
    [6, 320],
    [7, 360],
    [50, 360],
  ])("is after %i failures %i minutes", (failures, minutes) => {
    expect(buildGap(failures)).toBe(minutes * minute);
  });
});
