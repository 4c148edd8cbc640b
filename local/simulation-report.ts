import type { SimulationReport } from "../simulator/simulation/simulate.ts";

/** How wide a line may be, and its left column is. */
const width = 80;
const column = 24;

/** A simulation's report for people, in lines of at most 80 characters; `command` repeats the run. */
export function describeReport(report: SimulationReport, command: string): string {
  return [
    ...describeVerdict(report),
    ...describeFigures(report),
    ...describeCalls(report),
    ...describeStory(report),
    "",
    "to see it again:",
    ...wrap(command.split(/(?<=[ ,])/u), { indent: 0, end: "\\" }),
    "",
  ].join("\n");
}

function describeVerdict({ violations, story }: SimulationReport): readonly string[] {
  if (violations.length === 0) return ["", "everything that must always hold held", ""];
  const told = violations.flatMap(({ invariant, details, jobId }) => [
    `VIOLATION: ${invariant}${jobId === undefined ? "" : ` (job ${jobId})`}`,
    ...wrap(details.split(/(?<= )/u), { indent: 2, end: "" }),
  ]);
  return ["", ...told, ...(story.length === 0 ? [] : [""]), ""];
}

function describeFigures(report: SimulationReport): readonly string[] {
  const { simulatedMilliseconds, machine, launches, relaunches, strikes } = report;
  const struck = Object.values(strikes).reduce((sum, times) => sum + times, 0);
  const { webhookToLaunch: launch, queuedToRunning: running } = report;
  return [
    row("seed", String(report.seed)),
    row("jobs", `${report.jobs}, and what re-runs add`),
    ...list("ended as", report.ends),
    row("faults", `${struck} of ${Object.keys(strikes).length} kinds`),
    row("launches", `${launches}, of them ${relaunches} not the first for their job`),
    row("webhook to launch", `p50 ${spell(launch.p50)}, p99 ${spell(launch.p99)}`),
    row("queued to running", `p50 ${spell(running.p50)}, p99 ${spell(running.p99)}`),
    row("simulated time", spell(simulatedMilliseconds)),
    row("machine time", `${spell(machine.milliseconds)}, ${machine.jobsPerSecond} jobs a second`),
    row("digest", report.digest.slice(0, 32)),
  ];
}

function describeCalls({ calls, jobs, launches }: SimulationReport): readonly string[] {
  const counted = Object.entries(calls);
  const outside = counted.filter(([name]) => /^github |(?:Task|Build)/u.test(name));
  const sum = outside.reduce((total, [, times]) => total + times, 0);
  const perLaunch = (sum / Math.max(1, launches)).toFixed(2);
  return [
    row("GitHub + compute calls", `${perLaunch} for each launch`),
    "",
    "calls for each job",
    ...counted.map(([name, times]) => row(name, (times / jobs).toFixed(2), 32)),
  ];
}

function describeStory({ story, smallest }: SimulationReport): readonly string[] {
  if (story.length === 0) return [];
  const size = smallest === undefined ? "" : ` in the smallest run found, of ${smallest} jobs`;
  const lines = story.map(({ after, text }) => shorten(`${toClock(after)}  ${text}`));
  return ["", `what happened to the job${size}`, ...lines];
}

function list(name: string, counts: Readonly<Record<string, number>>): readonly string[] {
  const entries = Object.entries(counts).map(([what, times]) => `${times} ${what}`);
  return entries.map((entry, index) => row(index === 0 ? name : "", entry));
}

function row(name: string, value: string, nameWidth = column): string {
  return shorten(`${name.padEnd(nameWidth)} ${value}`.trimEnd());
}

function shorten(line: string): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}

/** Lines of words that bring their own separators; all but the last with an `end`. */
function wrap(
  words: readonly string[],
  { indent, end }: { readonly indent: number; readonly end: string },
): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && indent + line.length + word.length + end.length > width) {
      lines.push(line + end);
      line = "";
    }
    line += word;
  }
  return [...lines, line].map((one) => shorten(`${" ".repeat(indent)}${one}`.trimEnd()));
}

function toClock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  const parts = [seconds / 3_600, (seconds / 60) % 60, seconds % 60].map((part) =>
    String(Math.floor(part)).padStart(2, "0"),
  );
  return `${parts.join(":")}.${String(milliseconds % 1_000).padStart(3, "0")}`;
}

function spell(milliseconds: number): string {
  if (milliseconds < 10_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 600_000) return `${Math.round(milliseconds / 1_000)} s`;
  return `${Math.round(milliseconds / 60_000)} min`;
}
