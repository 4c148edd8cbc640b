import { execFileSync } from "node:child_process";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readObject, readText } from "../../../functions/core/read-json.ts";
import type { LedgerItems } from "../../../local/read-ledger.ts";
import { listen, type Server } from "../../../local/server.ts";
import { jobItem, queuedJob } from "../../core/builders.ts";
import { runCommand } from "../run-command.ts";

const launched: { browser?: Browser } = {};

// What Chromium would ask others for by itself, a closed network refuses.
const quiet = ["quic", "background-networking", "component-update", "sync"];

beforeAll(async () => {
  launched.browser = await chromium.launch({
    executablePath: process.env["TORNADE_TEST_BROWSER"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", ...quiet.map((feature) => `--disable-${feature}`)],
  });
});

afterAll(async () => launched.browser?.close());

/** A page of a browser that has just been opened, and whatever goes wrong in it. */
async function openPage(url: string): Promise<{ page: Page; complaints: string[] }> {
  if (launched.browser === undefined) throw new Error("the browser did not start");
  const page = await launched.browser.newPage({ viewport: { width: 1_120, height: 760 } });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", ({ message }) => complaints.push(message));
  await page.goto(url);
  return { page, complaints };
}

async function serve(readLedger: () => LedgerItems): Promise<Server & { readonly url: string }> {
  const server = await listen(0, {
    receiveWebhook: async () => ({ statusCode: 404, headers: {}, body: "" }),
    readLedger: async () => readLedger(),
  });
  return { ...server, url: `http://127.0.0.1:${server.port}/` };
}

/** The text of a job's row, each of its columns a line. */
async function readRow(page: Page, name: string): Promise<string> {
  return page.locator("summary").filter({ hasText: name }).innerText();
}

describe("the page of all jobs", () => {
  it("follows the demo to its end, and one more job with what was opened still open", async () => {
    const command = runCommand("start", "--json", "--port", "0");
    try {
      const listening = await command.untilOutput(/"listening".*\n/u);
      const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/u.exec(listening) ?? [];
      const { page, complaints } = await openPage(url);
      const printed = await command.untilOutput(/"event":"one more".*\n/u);
      await page.getByText("1 refused, 5 done").waitFor();
      const refused = await readRow(page, "slip_of_the_pen");
      const codeBuild = await readRow(page, "codebuild_arm64");
      await page.locator("summary").nth(2).focus();
      await page.keyboard.press("Enter");
      const line = printed.split("\n").find((text) => text.includes('"one more"')) ?? "";
      const { curl } = readObject(JSON.parse(line), "line");
      execFileSync("bash", ["-c", `${readText(curl, "curl")} -s`]);
      await page
        .locator("summary")
        .filter({ hasText: /done\s+one_more/u })
        .waitFor();
      const opened = await page.locator("details[open]").allInnerTexts();
      const focused = await page.evaluate("document.activeElement.parentElement.id");

      expect(refused).toContain("label 'runs-on=FARGET' is unknown; use FARGATE, FARGATE_SPOT");
      expect(codeBuild).toMatch(/^done\s+codebuild_arm64.*\s+CODEBUILD ARM64 2 vCPU 4 GiB\s/u);
      expect(codeBuild).toMatch(/\d s\s+\d.\d s\s+\$0\.0034$/u);
      expect(opened).toEqual([expect.stringMatching(/fargate_spot[^]+completed: success/u)]);
      expect(opened[0]).toMatch(/\+ \d\.\d s\s+launch 1 on FARGATE_SPOT/u);
      expect(await page.locator("details[open]").getAttribute("id")).toBe(focused);
      expect(await page.title()).toBe("1 refused, 6 done · tornade");
      expect(complaints).toEqual([]);
    } finally {
      command.child.kill();
      await command.ended;
    }
  });

  it("shows what a job is called, whatever that is, and runs nothing of it", async () => {
    const name = `</script><img src=x onerror="document.title='robbed'"><b>${"long".repeat(60)}`;
    const job = queuedJob({ name, labels: ["tornade", "<i>", "&amp;"] });
    const server = await serve(() => ({ jobs: [jobItem({ job })], runners: [], runs: [] }));
    const { page, complaints } = await openPage(server.url);
    await page.locator("summary").click();
    const text = await page.locator("main").innerText();
    const widths = [];
    for (const width of [1_120, 360]) {
      await page.setViewportSize({ width, height: 760 });
      widths.push(await page.evaluate("document.documentElement.scrollWidth"));
    }
    await server.close();

    expect(text).toContain(name);
    expect(text).toContain("<i> &amp;");
    expect(await page.locator("main :is(img, b, i)").count()).toBe(0);
    expect(await page.title()).toBe("1 waiting · tornade");
    expect(widths).toEqual([1_120, 360]);
    expect(complaints).toEqual([]);
  });

  it("says so when there is no job yet, and when tornade no longer answers", async () => {
    const server = await serve(() => ({ jobs: [], runners: [], runs: [] }));
    const { page } = await openPage(server.url);
    const answered = await page.locator("body").innerText();
    await server.close();
    await page.getByText("No answer from tornade").waitFor();

    expect(answered).toContain("No job yet.");
    expect(answered).not.toContain("No answer");
  });

  it("has the newest two hundred jobs, and says how many were before", async () => {
    const jobs = Array.from({ length: 203 }, (_, index) =>
      jobItem({ job: queuedJob({ id: index, name: `job ${index}` }), times: { queued: index } }),
    );
    const server = await serve(() => ({ jobs, runners: [], runs: [] }));
    const { page } = await openPage(server.url);
    const text = await page.locator("main").innerText();
    await server.close();

    expect(await page.locator("summary").count()).toBe(200);
    expect(await page.locator("summary").first().innerText()).toContain("job 202");
    expect(text).toContain("and 3 before these");
  });
});
