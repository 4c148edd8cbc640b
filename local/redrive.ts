import type { SQSClient } from "@aws-sdk/client-sqs";

import { messageOf } from "../functions/core/errors.ts";
import type { Output } from "./command.ts";
import type { DeadLetter } from "./dead-letter.ts";
import { redrive } from "./dead-letters.ts";
import { openClient } from "./redrive-client.ts";
import type { RedriveCommand } from "./redrive-flags.ts";

/**
 * Redrives the dead-letter queue and tells of every message.
 * @returns 0 when none is left, else 1
 * @throws {CommandError} where neither region nor credentials can be found
 */
export async function runRedrive(
  command: RedriveCommand,
  { stdout, stderr }: Output,
): Promise<number> {
  const { dryRun, json } = command;
  const letters: DeadLetter[] = [];
  const client = await openClient(command);
  const failure = await collect({ ...command, client }, (letter) => {
    letters.push(letter);
    if (!json) stdout.write(describeLetter(letter, dryRun));
  });
  if (json) stdout.write(toJson(letters, dryRun));
  else if (letters.length > 0) stdout.write(summarize(letters, dryRun));
  else if (failure === undefined) stdout.write("the dead-letter queue is empty\n");
  if (failure !== undefined) stderr.write(`tornade: ${failure}\n`);
  return failure === undefined && !letters.some(stays) ? 0 : 1;
}

/** @returns what went wrong, if anything did; what was told until then has happened */
async function collect(
  command: RedriveCommand & { readonly client: SQSClient },
  onLetter: (letter: DeadLetter) => void,
): Promise<string | undefined> {
  try {
    for await (const letter of redrive({ ...command, now })) onLetter(letter);
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

const now = (): number => Date.now();

function stays(letter: DeadLetter): boolean {
  return letter.stays !== undefined;
}

function describeLetter(letter: DeadLetter, dryRun: boolean): string {
  const { about = `message ${letter.messageId}`, reason, sentAt } = letter;
  const back = dryRun ? "would come back" : "brought back";
  const fate = stays(letter) ? "stays" : back;
  const why = letter.stays ?? (reason === undefined ? "received too often" : `was: ${reason}`);
  return `${toPlain(`${fate}  ${about}, ${toAge(now() - sentAt)} old: ${why}`)}\n`;
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

function toJson(letters: readonly DeadLetter[], dryRun: boolean): string {
  return `${JSON.stringify({ dryRun, ...count(letters), letters })}\n`;
}

function summarize(letters: readonly DeadLetter[], dryRun: boolean): string {
  const { broughtBack, left } = count(letters);
  return dryRun
    ? `${broughtBack} would come back, ${left} would stay\n`
    : `${broughtBack} brought back, ${left} left\n`;
}

function count(letters: readonly DeadLetter[]) {
  const left = letters.filter(stays).length;
  return { broughtBack: letters.length - left, left };
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
