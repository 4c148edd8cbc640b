import { existsSync, readdirSync } from "node:fs";

import { bundleFunction, describeExcess } from "./bundle-function.ts";

// What cdk has built should say something only where something is wrong.
const isQuiet = process.argv.includes("--quiet");
const names = readdirSync("functions").filter((name) => existsSync(`functions/${name}/handler.ts`));

for (const name of names) {
  const bundle = await bundleFunction(name, `dist/${name}`);
  const { startBytes, gzipBytes } = bundle;
  if (!isQuiet) {
    console.log(`${name}: ${startBytes} bytes loaded at start, ${gzipBytes} bytes gzipped in all`);
  }
  const excess = describeExcess(bundle);
  if (excess !== undefined) {
    console.error(excess);
    process.exitCode = 1;
  }
}
