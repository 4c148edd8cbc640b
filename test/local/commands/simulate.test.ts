import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";

import { runCommand } from "../../../local/command.ts";
import { runCommand as runProcess } from "../run-command.ts";

async function simulate(...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCommand(["simulate", ...args], { stdout, stderr });
  return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

const small = ["--jobs", "5", "--seed", "1", "--faults", "none"] as const;

describe("runSimulate", () => {
  it("ends with 0 when everything holds, and says how to see it again", async () => {
    const { code, stdout } = await simulate(...small);

    expect(code).toBe(0);
    expect(stdout).toContain("simulating 5 jobs with seed 1");
    expect(stdout).toContain("npm run simulate -- --jobs 5 --seed 1 --faults none");
  });

  it("ends with 1 after a violation, of which it tells before it looks for fewer jobs", async () => {
    const { code, stdout, stderr } = await simulate(...small, "--sabotage", "sleep-in-handler");

    expect(code).toBe(1);
    expect(stderr).toMatch(/^seed 1 violates 10 no function sleeps: .+; looking for fewer jobs/u);
    expect(stdout).toContain("VIOLATION");
    expect(stdout).toContain("--sabotage sleep-in-handler");
  });

  it("writes one JSON object and nothing else with --json", async () => {
    const { stdout } = await simulate(...small, "--json");
    const report: unknown = JSON.parse(stdout);

    expect(report).toMatchObject({ seed: 1, jobs: 5, faults: [], violations: [] });
  });

  it("simulates one seed after another, with a line for each in which everything holds", async () => {
    const { code, stdout } = await simulate(...small, "--seeds", "2");

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^simulating 5 jobs with seeds 1 to 2\nseed 1: no violation, 0 faults, .+\nseed 2: no violation, .+\n$/u,
    );
  });

  it("ends with 1 where one seed of several shows a violation, and tells of that", async () => {
    const flags = [...small, "--seeds", "2", "--sabotage", "sleep-in-handler"];
    const { code, stdout } = await simulate(...flags);

    expect(code).toBe(1);
    expect(stdout.match(/VIOLATION/gu)).toHaveLength(2);
  });

  it.each([["12"], ["4198765432"], ["41987654329"]])(
    "ends with 2 and one line where no job has the id that is traced: %s",
    async (id) => {
      const { code, stdout, stderr } = await simulate(...small, "--trace", id);

      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: `tornade: --trace should be the id of a job of this run, got '${id}'; the first one is 41987654321\n`,
      });
      expect(stdout).toBe("simulating 5 jobs with seed 1\n");
    },
  );

  it("tells of a violation all the same where the job that is traced is not in its smallest run", async () => {
    const flags = [...small, "--sabotage", "sleep-in-handler", "--trace", "12"];
    const { code, stdout, stderr } = await simulate(...flags);

    expect(code).toBe(1);
    expect(stdout).toContain("VIOLATION");
    expect(stderr).toMatch(/\ntornade: job 12 of --trace is not in the smallest run found\n$/u);
  });

  it("ends quietly when nobody reads on", async () => {
    const command = runProcess("simulate", ...small, "--seeds", "50");
    await command.untilOutput(/simulating/u);
    command.child.stdout?.destroy();

    expect(await command.ended).toMatchObject({ code: 141, stderr: "" });
  });

  it("ends with 2 and one line for a name that it does not know", async () => {
    const { code, stderr } = await simulate("--faults", "bad-luck");

    expect(code).toBe(2);
    expect(stderr).toMatch(/^tornade: --faults: fault 'bad-luck' is unknown; use .+\n$/u);
  });
});
