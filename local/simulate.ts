import { faultNames } from "../simulator/simulation/fault-rates.ts";
import { simulate, type SimulationReport } from "../simulator/simulation/simulate.ts";
import type { SimulateCommand } from "./command-line.ts";
import type { Output } from "./command.ts";
import { describeReport } from "./simulation-report.ts";

/** Simulates what was asked for and reports it. @returns 0 when everything held, else 1 */
export async function runSimulate(
  { json, ...options }: SimulateCommand,
  { stdout, stderr }: Output,
): Promise<number> {
  const isWatched = stdout.isTTY === true && !json;
  if (!json) stdout.write(`simulating ${options.jobs} jobs with seed ${options.seed}\n`);
  const report = await simulate({
    ...options,
    ...(isWatched ? { onProgress: (ended) => showProgress(ended, options.jobs, stderr) } : {}),
  });
  if (isWatched) stderr.write("\r\u001B[K");
  stdout.write(json ? `${JSON.stringify(report)}\n` : describeReport(report, toCommand(report)));
  return report.violations.length === 0 ? 0 : 1;
}

function showProgress(ended: number, jobs: number, stderr: Output["stderr"]): void {
  stderr.write(`\r${ended} of ${jobs} jobs have ended\u001B[K`);
}

/** What brings the same run about again. */
function toCommand({ jobs, smallest, seed, faults, sabotage }: SimulationReport): string {
  const names = faults.length === faultNames.length ? "all" : faults.join(",");
  const parts = [`--jobs ${smallest ?? jobs}`, `--seed ${seed}`, `--faults ${names || "none"}`];
  if (sabotage !== undefined) parts.push(`--sabotage ${sabotage}`);
  return `npm run simulate -- ${parts.join(" ")}`;
}
