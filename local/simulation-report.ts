import type { SimulationReport } from "../simulator/simulation/simulate.ts";
import { width, wrap } from "./wrap.ts";

/** How wide the left column is. */
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

/** The same in one line, of a run in which everything held. */
export function summarizeReport({ seed, strikes, machine }: SimulationReport): string {
  return `seed ${seed}: no violation, ${countStrikes(strikes)} faults, ${machine.jobsPerSecond} jobs a second\n`;
}

function describeVerdict({ violations, story }: SimulationReport): readonly string[] {
  if (violations.length === 0) return ["", "no invariant was violated", ""];
  const told = violations.flatMap(({ invariant, details, jobId }) => [
    `VIOLATION: ${invariant}${jobId === undefined ? "" : ` (job ${jobId})`}`,
    ...wrap(details.split(/(?<= )/u), { indent: 2 }).map((line) => shorten(line)),
  ]);
  return ["", ...told, ...(story.length === 0 ? [] : [""]), ""];
}

function describeFigures(report: SimulationReport): readonly string[] {
  const { simulatedMilliseconds, machine, launches, relaunches, strikes } = report;
  const { webhookToLaunch: launch, queuedToRunning: running } = report;
  return [
    row("seed", String(report.seed)),
    row("jobs", `${report.jobs}, and what re-runs add`),
    ...list("ended as", report.ends),
    row("faults", `${countStrikes(strikes)} of ${Object.keys(strikes).length} kinds`),
    row("launches", `${launches}, of them ${relaunches} not the first for their job`),
    row("webhook to launch", `p50 ${spell(launch.p50)}, p99 ${spell(launch.p99)}`),
    row("queued to running", `p50 ${spell(running.p50)}, p99 ${spell(running.p99)}`),
    row("simulated time", spell(simulatedMilliseconds)),
    row("machine time", `${spell(machine.milliseconds)}, ${machine.jobsPerSecond} jobs a second`),
    row("memory", `at most ${machine.megabytes} MB`),
    row("digest", report.digest.slice(0, 32)),
  ];
}

function countStrikes(strikes: SimulationReport["strikes"]): number {
  return Object.values(strikes).reduce((total, times) => total + times, 0);
}

function describeCalls(report: SimulationReport): readonly string[] {
  const { calls, reconcileCalls, jobs, simulatedMilliseconds } = report;
  const minutes = simulatedMilliseconds / 60_000;
  return [
    ...sumCalls(report),
    row("reconcile's of these", `${rate(count(reconcileCalls, outside), minutes)} a minute`),
    "",
    "calls for each job",
    ...Object.entries(calls).map(([name, times]) => row(name, rate(times, jobs), 32)),
    "",
    "calls of reconcile for each minute",
    ...Object.entries(reconcileCalls).map(([name, times]) => row(name, rate(times, minutes), 32)),
  ];
}

/** Calls to GitHub, ECS and CodeBuild; the ledger, the queue and parameters do not count. */
const outside = /^github |(?:Task|Build)/u;
/** Those that a launch consists of. */
const launching = / generate-jitconfig$| RunTask$| StartBuild$/u;
/** An instance keeps what it gets, so that busy ones hardly ever ask. */
const tokens = / access_tokens$/u;

function sumCalls({ calls, launches }: SimulationReport): readonly string[] {
  const toLaunch = count(calls, launching);
  const forTokens = count(calls, tokens);
  const besides = count(calls, outside) - toLaunch - forTokens;
  const [each, other, token] = [toLaunch, besides, forTokens].map((times) => rate(times, launches));
  return [
    row("GitHub + compute calls", `${each} to launch a runner, ${other} besides`),
    row("GitHub tokens", `${token} for each launch: kept for an hour`),
  ];
}

function count(calls: Readonly<Record<string, number>>, kind: RegExp): number {
  const ofKind = Object.entries(calls).filter(([name]) => kind.test(name));
  return ofKind.reduce((sum, [, times]) => sum + times, 0);
}

function rate(times: number, of: number): string {
  return (times / Math.max(1, of)).toFixed(2);
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
