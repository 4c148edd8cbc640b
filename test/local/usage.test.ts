import { describe, expect, it } from "vitest";

import { type Command, readCommand } from "../../local/command-line.ts";
import { describeUsage } from "../../local/usage.ts";
import { faultNames } from "../../simulator/simulation/fault-rates.ts";
import { sabotages } from "../../simulator/simulation/sabotage.ts";

const commands = ["start", "simulator", "simulate", "redrive"] as const;

describe("describeUsage", () => {
  it("has a line for each command", () => {
    const usage = describeUsage();

    for (const command of commands) expect(usage).toMatch(new RegExp(`np\\S+ .*${command} `, "u"));
  });

  it.each(commands)("has each flag of %s, and no other", (command) => {
    const told = describeUsage(command).match(/(?<=^ {2}--)[\w-]+/gmu);

    expect(told?.toSorted()).toEqual(flagsOf(command).toSorted());
  });

  it.each([...faultNames, ...Object.keys(sabotages)])("has %s among the names", (name) => {
    expect(describeUsage("simulate").split(/[\s,]+/u)).toContain(name);
  });

  it.each([undefined, ...commands])("keeps to the width of a terminal (%s)", (command) => {
    const widths = describeUsage(command)
      .split("\n")
      .map(({ length }) => length);

    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
  });
});

/** The flags that a command says it takes when it gets another. */
function flagsOf(command: Exclude<Command["name"], "help">): readonly string[] {
  try {
    readCommand([command, "--no-such-flag"]);
  } catch (error) {
    const flags = String(error).match(/(?<=--)[\w-]+(?=,|$)/gu) ?? [];
    return flags.filter((flag) => flag !== "help");
  }
  return [];
}
