import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";

import type { JobRow } from "../../local/board.ts";
import { createPicture } from "../../local/picture.ts";

function createTerminal(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  return { stream, read: () => String(stream.read() ?? "") };
}

const started: JobRow = {
  name: "fargate_arm64",
  id: 1,
  state: "starting",
  labels: [],
  provider: "FARGATE_SPOT",
  compute: { capacityProvider: "FARGATE_SPOT", architecture: "ARM64", size: "16 vCPU 120 GiB" },
};

describe("createPicture", () => {
  it("draws over what it drew before on a terminal", () => {
    const terminal = createTerminal(true);
    const picture = createPicture(terminal.stream);

    picture.show([started]);
    expect(terminal.read()).not.toContain("\u001B");

    picture.show([{ ...started, state: "running", waited: 31_400 }]);
    const drawn = terminal.read();
    expect(drawn.startsWith("\u001B[3A\u001B[J\njob ")).toBe(true);
    expect(drawn).toMatch(/\nfargate_arm64 +running .* 31\.4 s\n$/u);
  });

  it("draws below what is said", () => {
    const terminal = createTerminal(true);
    const picture = createPicture(terminal.stream);

    picture.show([started]);
    picture.say("demo passed", { jobs: 6 });
    picture.show([started]);

    const drawn = terminal.read();
    expect(drawn).not.toContain("\u001B");
    expect(drawn).toMatch(/starting[^]*demo passed: 6 jobs\n\njob [^]*starting/u);
  });

  it("draws nothing where nothing has changed", () => {
    const terminal = createTerminal(true);
    const picture = createPicture(terminal.stream);

    picture.show([started]);
    terminal.read();
    picture.show([started]);

    expect(terminal.read()).toBe("");
  });

  it("stays within 80 columns, a long reason included", () => {
    const terminal = createTerminal(true);
    const reason = "label 'memory=500' fits no size of FARGATE; ".repeat(5);

    createPicture(terminal.stream).show([
      { ...started, state: "refused", waited: 99_900, ran: 99_900, reason },
    ]);

    expect(
      Math.max(
        ...terminal
          .read()
          .split("\n")
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(80);
  });

  it("leaves out what a narrow terminal would wrap, as that could not be drawn over", () => {
    const terminal = createTerminal(true);
    const picture = createPicture(Object.assign(terminal.stream, { columns: 40 }));
    picture.show([{ ...started, state: "refused", reason: "one word after another ".repeat(9) }]);
    picture.show([{ ...started, waited: 1_000 }]);
    const lines = terminal.read().split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBe(40);
  });

  it("writes a line for each state where there is no terminal", () => {
    const terminal = createTerminal(false);
    const picture = createPicture(terminal.stream);

    picture.show([started]);
    picture.show([{ ...started, waited: 1_000 }]);
    picture.show([{ ...started, state: "running" }]);

    expect(
      terminal
        .read()
        .trim()
        .split("\n")
        .map((line) => line.split(/ +/u)[1]),
    ).toEqual(["starting", "running"]);
  });
});
