import type { SQSClient } from "@aws-sdk/client-sqs";

import { messageOf } from "../../functions/core/errors.ts";
import type { DeadLetter } from "../dead-letter.ts";
import type { Output } from "../output.ts";
import { openClient } from "../redrive-client.ts";
import { countHidden, redrive } from "../redrive.ts";
import type { RedriveCommand } from "./redrive-flags.ts";

/** What a pass came to. */
type Report = {
  readonly dryRun: boolean;
  readonly letters: readonly DeadLetter[];
  /** Messages that were hidden when it began. */
  readonly hidden: number;
  /** What went wrong, if anything did; what is told besides has happened. */
  readonly failure?: string;
};

/**
 * Redrives the dead-letter queue and tells of every message. SIGINT and SIGTERM end it after those that
 * it has in hand, which would be seen by nobody for a quarter of an hour.
 * @returns 0 when none is left, else 1
 * @throws {CommandError} where neither region nor credentials can be found
 */
export async function runRedrive(
  command: RedriveCommand,
  { stdout, stderr }: Output,
): Promise<number> {
  const { dryRun, json } = command;
  const client = await openClient(command);
  const report = await untilStopped(async (signal) =>
    carryOut({ ...command, client, signal }, (letter) => {
      if (!json) stdout.write(describeLetter(letter, dryRun));
    }),
  );
  const { letters, hidden, failure } = report;
  stdout.write(json ? toJson(report) : summarize(report));
  if (failure !== undefined) stderr.write(`tornade: ${failure}\n`);
  return failure === undefined && hidden === 0 && !letters.some(stays) ? 0 : 1;
}

async function untilStopped<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  // Each time: npm hands on what the terminal sends to both.
  for (const signal of signals) process.on(signal, stop);
  try {
    return await run(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

async function carryOut(
  command: RedriveCommand & { readonly client: SQSClient; readonly signal: AbortSignal },
  onLetter: (letter: DeadLetter) => void,
): Promise<Report> {
  const { dryRun, signal } = command;
  const letters: DeadLetter[] = [];
  // Before anything is received, and so hidden by this pass itself.
  const [counted] = await Promise.allSettled([countHidden(command)]);
  const hidden = counted.status === "fulfilled" ? counted.value : 0;
  const report = { dryRun, letters, hidden };
  try {
    for await (const letter of redrive(command)) {
      letters.push(letter);
      onLetter(letter);
    }
  } catch (error) {
    return { ...report, failure: describeError(error) };
  }
  if (signal.aborted)
    return { ...report, failure: "stopped; what else is there was not looked at" };
  if (counted.status === "fulfilled") return report;
  return { ...report, failure: `hidden messages not counted: ${describeError(counted.reason)}` };
}

function stays(letter: DeadLetter): boolean {
  return letter.stays !== undefined;
}

function describeLetter(letter: DeadLetter, dryRun: boolean): string {
  const { about = `message ${letter.messageId}`, reason, sentAt } = letter;
  const back = dryRun ? "would come back" : "brought back";
  const fate = stays(letter) ? "stays" : back;
  const why = letter.stays ?? (reason === undefined ? "received too often" : `was: ${reason}`);
  return `${toPlain(`${fate}  ${about}, ${toAge(Date.now() - sentAt)} old: ${why}`)}\n`;
}

/** What a message says about itself must not steer the terminal, nor fill it. */
function toPlain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD").slice(0, 400);
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
] as const;

function toAge(milliseconds: number): string {
  const [unit, length] = units.find(([, least]) => milliseconds >= least) ?? ["s", 1_000];
  return `${Math.max(0, Math.floor(milliseconds / length))} ${unit}`;
}

function toJson({ dryRun, letters, hidden }: Report): string {
  return `${JSON.stringify({ dryRun, ...count(letters), hidden, letters })}\n`;
}

function summarize({ dryRun, letters, hidden, failure }: Report): string {
  const { broughtBack, left } = count(letters);
  const sum = dryRun
    ? `${broughtBack} would come back, ${left} would stay\n`
    : `${broughtBack} brought back, ${left} left\n`;
  const veiled = `${hidden} hidden by another redrive, or one that was cut short: try again in 15 minutes\n`;
  if (letters.length > 0) return hidden > 0 ? `${sum}${veiled}` : sum;
  if (hidden > 0) return veiled;
  return failure === undefined ? "the dead-letter queue is empty\n" : "";
}

function count(letters: readonly DeadLetter[]) {
  const left = letters.filter(stays).length;
  const broughtBack = letters.filter((letter) => !stays(letter) || letter.comesTwice === true);
  return { broughtBack: broughtBack.length, left };
}

function describeError(error: unknown): string {
  const name = error instanceof Error ? `${error.name}: ` : "";
  const advice = adviceFor(error);
  return toPlain(`${name}${messageOf(error)}${advice === undefined ? "" : `; ${advice}`}`);
}

function adviceFor(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === "QueueDoesNotExist") {
    return "give --queue and --dead-letter-queue as the stack's outputs QueueUrl and DeadLetterQueueUrl tell them";
  }
  if ("code" in error && (error.code === "ECONNREFUSED" || error.code === "ENOTFOUND")) {
    return "see that --queue, or AWS_ENDPOINT_URL, names a host that answers";
  }
  return undefined;
}
