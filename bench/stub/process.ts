import { readNumber, readObject, readText } from "../../functions/core/read-json.ts";
import { serveStub } from "./serve-stub.ts";

// The process behind `startStub`: a first message with what to serve, then one with the delay a restart.
const [first] = await new Promise<unknown[]>((resolve) => {
  process.once("message", (...received) => {
    resolve(received);
  });
});
const options = readObject(first, "message");
const parameters = Object.entries(readObject(options["parameters"], "parameters"));
const stub = await serveStub({
  key: readText(options["key"], "key"),
  certificate: readText(options["certificate"], "certificate"),
  parameters: Object.fromEntries(parameters.map(([name, value]) => [name, String(value)])),
});

process.on("message", (delay: unknown) => {
  process.send?.(stub.restart(readNumber(delay, "delay")));
});
process.on("disconnect", stub.close);
process.send?.(stub.url);
