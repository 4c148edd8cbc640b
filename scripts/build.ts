import { existsSync, readdirSync } from "node:fs";

import { bundleFunction, describeExcess } from "./bundle-function.ts";

const names = readdirSync("functions").filter((name) => existsSync(`functions/${name}/handler.ts`));

for (const name of names) {
  const bundle = await bundleFunction(name, `dist/${name}`);
  const { startBytes, gzipBytes } = bundle;
  console.log(`${name}: ${startBytes} bytes loaded at start, ${gzipBytes} bytes gzipped in all`);
  const excess = describeExcess(bundle);
  if (excess !== undefined) {
    console.error(excess);
    process.exitCode = 1;
  }
}
