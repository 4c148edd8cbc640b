import { runCommand } from "../local/command.ts";

const args = process.argv.slice(2);

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    // Whoever read has seen enough, as `head` has. redrive alone goes on: the messages that it has in hand
    // would be seen by nobody for a quarter of an hour. The exit code is the one after a SIGPIPE.
    if (args[0] !== "redrive") process.exit(141);
  });
}

process.exitCode = await runCommand(
  args,
  { stdout: process.stdout, stderr: process.stderr },
  process.env,
);
