import { faultNames } from "../simulator/simulation/fault-rates.ts";
import { simulate, type SimulationReport } from "../simulator/simulation/simulate.ts";
import type { SimulateCommand } from "./command-line.ts";
import type { Output } from "./command.ts";
import { describeReport, summarizeReport } from "./simulation-report.ts";

/** Simulates what was asked for and reports it. @returns 0 when everything held, else 1 */
export async function runSimulate(
  { seeds, ...command }: SimulateCommand,
  output: Output,
): Promise<number> {
  const last = command.seed + seeds - 1;
  const range = seeds === 1 ? `seed ${last}` : `seeds ${command.seed} to ${last}`;
  if (!command.json) output.stdout.write(`simulating ${command.jobs} jobs with ${range}\n`);
  let broken = 0;
  for (let { seed } = command; seed <= last; seed += 1) {
    const report = await simulateOnce({ ...command, seed }, output);
    const isHeld = report.violations.length === 0;
    if (!isHeld) broken += 1;
    output.stdout.write(describe(report, { ...command, isBrief: seeds > 1 && isHeld }));
  }
  return broken === 0 ? 0 : 1;
}

async function simulateOnce(
  { json, ...options }: Omit<SimulateCommand, "seeds">,
  { stdout, stderr }: Output,
): Promise<SimulationReport> {
  if (json || stdout.isTTY !== true) return simulate(options);
  const onProgress = (ended: number) => showProgress(ended, options.jobs, stderr);
  const report = await simulate({ ...options, onProgress });
  stderr.write("\r\u001B[K");
  return report;
}

function describe(
  report: SimulationReport,
  { json, isBrief }: { readonly json: boolean; readonly isBrief: boolean },
): string {
  if (json) return `${JSON.stringify(report)}\n`;
  return isBrief ? summarizeReport(report) : describeReport(report, toCommand(report));
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
