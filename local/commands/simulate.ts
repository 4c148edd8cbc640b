import { firstJobId } from "../../simulator/github/state.ts";
import { faultNames } from "../../simulator/simulation/fault-rates.ts";
import { simulate, type SimulationReport } from "../../simulator/simulation/simulate.ts";
import { CommandError } from "../command-error.ts";
import type { Output } from "../output.ts";
import { describeReport, summarizeReport } from "../simulation-report.ts";
import type { SimulateCommand } from "./simulate-flags.ts";

/**
 * Simulates what was asked for and reports it.
 * @returns 0 when everything held, else 1
 * @throws {CommandError} when the job to be traced is none of the run's
 */
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
    const isSound = report.violations.length === 0;
    if (isSound) checkTrace(command, report);
    if (!isSound) broken += 1;
    output.stdout.write(describe(report, { ...command, isBrief: seeds > 1 && isSound }));
    if (!isSound) tellUntraced(command, report, output);
  }
  return broken === 0 ? 0 : 1;
}

type Traced = Pick<SimulateCommand, "trace">;

function checkTrace({ trace }: Traced, { story }: SimulationReport): void {
  if (trace === undefined || story.length > 0) return;
  throw new CommandError(
    `--trace should be the id of a job of this run, got '${trace}'; the first one is ${firstJobId}`,
  );
}

function tellUntraced({ trace }: Traced, { story }: SimulationReport, { stderr }: Output): void {
  if (trace === undefined || story.length > 0) return;
  stderr.write(`tornade: job ${trace} of --trace is not in the smallest run found\n`);
}

async function simulateOnce(
  { json, ...options }: Omit<SimulateCommand, "seeds">,
  { stdout, stderr }: Output,
): Promise<SimulationReport> {
  const { jobs, seed } = options;
  const isWatched = !json && stdout.isTTY === true;
  const clear = isWatched ? "\r\u001B[K" : "";
  const report = await simulate({
    ...options,
    ...(isWatched && { onProgress: (ended) => showProgress(ended, jobs, stderr) }),
    onViolation: ({ invariant, details }) => {
      const what = `seed ${seed} violates ${invariant}: ${details}`;
      stderr.write(`${clear}${what}; looking for fewer jobs that do\n`);
    },
  });
  stderr.write(clear);
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
function toCommand({ jobs, smallest, seed, faults, workload, sabotage }: SimulationReport): string {
  const names = faults.length === faultNames.length ? "all" : faults.join(",");
  const parts = [`--jobs ${smallest ?? jobs}`, `--seed ${seed}`, `--faults ${names || "none"}`];
  if (workload !== undefined) parts.push(`--workload ${workload}`);
  if (sabotage !== undefined) parts.push(`--sabotage ${sabotage}`);
  return `npm run simulate -- ${parts.join(" ")}`;
}
