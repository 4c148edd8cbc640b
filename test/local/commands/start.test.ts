import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

import { readObject, readText } from "../../../functions/core/read-json.ts";
import { runCommand } from "../run-command.ts";

const minute = 60_000;

function readLines(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = stdout.trim().split("\n");
  return lines.map((line) => readObject(JSON.parse(line), "line"));
}

function lastOf(lines: readonly Readonly<Record<string, unknown>>[], name: string) {
  return lines.findLast((line) => line["name"] === name);
}

describe.concurrent("npm start -- --once --json", { timeout: minute }, () => {
  it("gets the demo's six jobs where they should, one JSON object a line", async () => {
    const { code, stdout, stderr } = await runCommand("start", "--once", "--json", "--port", "0")
      .ended;
    const lines = readLines(stdout);
    const fargate = { architecture: "X86_64", size: "1 vCPU 2 GiB" };

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(lastOf(lines, "fargate_x86")).toMatchObject({
      state: "done",
      provider: "FARGATE",
      compute: { ...fargate, capacityProvider: "FARGATE" },
      runnerLabels: ["self-hosted", "tornade", "1001", "runs-on=FARGATE", "arch=X86_64"],
    });
    expect(lastOf(lines, "fargate_arm64")).toMatchObject({
      state: "done",
      compute: { ...fargate, architecture: "ARM64", capacityProvider: "FARGATE" },
      runnerLabels: ["self-hosted", "tornade", "1001", "runs-on=FARGATE", "arch=ARM64"],
    });
    expect(lastOf(lines, "fargate_spot")).toMatchObject({
      state: "done",
      provider: "FARGATE_SPOT",
      compute: { ...fargate, capacityProvider: "FARGATE_SPOT" },
    });
    expect(lastOf(lines, "codebuild_x86")).toMatchObject({
      state: "done",
      provider: "CODEBUILD",
      compute: { architecture: "X86_64", size: "SMALL" },
    });
    expect(lastOf(lines, "codebuild_arm64")).toMatchObject({
      state: "done",
      provider: "CODEBUILD",
      compute: { architecture: "ARM64", size: "SMALL" },
    });
    expect(lastOf(lines, "slip_of_the_pen")).toMatchObject({
      state: "refused",
      reason: "label 'runs-on=FARGET' is unknown; use FARGATE, FARGATE_SPOT or CODEBUILD",
    });
  });
});

describe.concurrent("npm start", { timeout: minute }, () => {
  it("draws plain lines of at most 80 columns where there is no terminal", async () => {
    const { code, stdout } = await runCommand("start", "--once", "--port", "0").ended;
    const lines = stdout.split("\n");

    expect(code).toBe(0);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).not.toContain("\u001B");
    for (const state of ["queued", "launching", "starting", "running", "done"]) {
      expect(stdout).toMatch(new RegExp(`^fargate_x86 +${state}`, "mu"));
    }
  });

  it("stays up for one more job, told of by the curl line it prints, and shows the ledger", async () => {
    const command = runCommand("start", "--json", "--port", "0");
    try {
      const printed = readLines(await command.untilOutput(/"event":"one more".*\n/u));
      const url = readText(printed[0]?.["url"], "url");
      const curl = readText(printed.find(({ event }) => event === "one more")?.["curl"], "curl");
      const answer = execFileSync("bash", ["-c", `${curl} -s`]).toString();
      const stdout = await command.untilOutput(/"name":"one_more".*"state":"done".*\n/u);
      const ledger = readObject(await (await fetch(`${url}/jobs`)).json(), "ledger");

      expect(JSON.parse(answer)).toEqual({ message: "queued" });
      expect(lastOf(readLines(stdout), "one_more")).toMatchObject({
        compute: { capacityProvider: "FARGATE_SPOT", architecture: "ARM64", size: "2 vCPU 4 GiB" },
      });
      expect(JSON.stringify(ledger["jobs"])).toContain('"one_more"');
    } finally {
      command.child.kill();
      await command.ended;
    }
  });

  it("says in one line that the port is in use, with exit code 2", async () => {
    const first = runCommand("start", "--json", "--port", "0");
    try {
      const [{ url = "" } = {}] = readLines(await first.untilOutput(/listening.*\n/u));
      const { port } = new URL(readText(url, "url"));
      const { code, stderr } = await runCommand("start", "--port", port).ended;

      expect(code).toBe(2);
      expect(stderr).toBe(
        `tornade: port ${port} is in use; choose another one with --port, 0 takes a free one\n`,
      );
    } finally {
      first.child.kill();
      await first.ended;
    }
  });

  it("says in one line what is wrong with a flag, with exit code 2", async () => {
    const { code, stdout, stderr } = await runCommand("start", "--prot", "1").ended;

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^tornade: '--prot' is not understood; use [^\n]+\n$/u);
  });
});
