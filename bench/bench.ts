import { parseArgs } from "node:util";

import { compareSignatures } from "./compare-signatures.ts";
import { type Figure, meetsGoal } from "./figure.ts";
import { type Lab, openLab } from "./lab.ts";
import { measureBulk } from "./measure-bulk.ts";
import { measureCold } from "./measure-cold.ts";
import { measureWarm } from "./measure-warm.ts";
import { printTable } from "./print-table.ts";

// Measures, never judges: a goal that is missed is said in the table, not by the exit code.
const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    samples: { type: "string" },
  },
});
const samples = Number(options.samples ?? (options.quick ? 5 : 30));
if (!Number.isInteger(samples) || samples < 1) {
  throw new Error(`--samples should be a whole number from 1, got '${options.samples}'`);
}

const { floor, sdk } = await compareSignatures();
if (floor !== sdk) throw new Error("the floor's signature is not the SDK's: mend bench/floor");
const lab = await openLab();
try {
  const figures = await measure(lab);
  const results = figures.map((figure) => ({ ...figure, meetsGoal: meetsGoal(figure) }));
  console.log(options.json ? JSON.stringify(results, undefined, 2) : printTable(figures));
} finally {
  lab.close();
}

async function measure(opened: Lab): Promise<readonly Figure[]> {
  say(`cold starts, ${samples} samples of each`);
  const cold = await measureCold(opened, samples);
  say("warm functions");
  const warm = await measureWarm(opened, {
    events: options.quick ? 300 : 3_000,
    rounds: options.quick ? 1 : 3,
  });
  say("jobs in bulk");
  const bulk = await measureBulk(opened, options.quick ? 100 : 1_000);
  return [...cold, ...warm, ...bulk];
}

function say(what: string): void {
  console.error(`measuring ${what} …`);
}
