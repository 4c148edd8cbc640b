import { spawn } from "node:child_process";

/** How a command ended, and what it wrote to standard output. */
export type CommandResult = { readonly status: number; readonly stdout: string };

/** Runs a command and keeps what it writes; one that does not exist has status 127. */
export async function tryCommand(command: string, args: readonly string[]): Promise<CommandResult> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    stdout += part;
  });
  return new Promise((resolve) => {
    child.once("error", () => {
      resolve({ status: 127, stdout });
    });
    child.once("close", (status) => {
      resolve({ status: status ?? 1, stdout });
    });
  });
}

/** Runs a command in front of everybody. @throws Error when it fails */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const started = Date.now();
  const child = spawn(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...environment },
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const summary = `${command} ${args.slice(0, 2).join(" ")}`;
  if (status !== 0) throw new Error(`${summary} … ended with ${status}`);
  console.log(`-- ${summary} … took ${Math.round((Date.now() - started) / 1000)} s`);
}
