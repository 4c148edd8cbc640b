import { readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { build, type Metafile, type Plugin } from "esbuild";

import { pruneAwsSdk } from "./prune-aws-sdk.ts";

/** What the bundle of one function weighs. */
export type Bundle = BundleSize & { readonly name: string };

/** What the bundle of one module weighs. */
export type BundleSize = {
  /** Bytes of the entry and of all it imports statically: what a cold start reads. */
  readonly startBytes: number;
  /** Bytes of all code, compressed file by file: about what is uploaded. */
  readonly gzipBytes: number;
};

/** Bundles `functions/<name>/handler.ts` into the folder: `index.mjs`, its chunks, their source maps. */
export async function bundleFunction(name: string, folder: string): Promise<Bundle> {
  return { name, ...(await bundleModule(`functions/${name}/handler.ts`, folder)) };
}

/** Bundles any module in the way of the functions. */
export async function bundleModule(
  entry: string,
  folder: string,
  plugins: Plugin[] = [],
): Promise<BundleSize> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: { index: entry },
    plugins: [pruneAwsSdk, ...plugins],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // What is imported dynamically (credential providers that Lambda never asks, `node:http` with undici
    // behind it) then stays out of the start.
    splitting: true,
    mainFields: ["module", "main"],
    minify: true,
    sourcemap: "linked",
    legalComments: "none",
    metafile: true,
  });
  const files = Object.keys(metafile.outputs).filter((path) => path.endsWith(".mjs"));
  return {
    startBytes: sum(findStartFiles(entry, metafile), (path) => readFileSync(path).length),
    gzipBytes: sum(files, (path) => gzipSync(readFileSync(path)).length),
  };
}

/** Bytes that a function may load at start: each costs time at every cold start. */
export const startBudgets = { "receive-webhook": 220_000, "launch-runner": 380_000 } as const;

/** Says what to do where a bundle loads more at start than it may. */
export function describeExcess({ name, startBytes }: Bundle): string | undefined {
  const budgets: Readonly<Record<string, number>> = startBudgets;
  const budget = budgets[name] ?? Number.POSITIVE_INFINITY;
  if (startBytes <= budget) return undefined;
  return (
    `${name} loads ${startBytes} bytes at start, should be at most ${budget}; ` +
    "look for a new import, or import dynamically what a start does not need"
  );
}

function findStartFiles(entry: string, { outputs }: Metafile): readonly string[] {
  const files = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entry);
  // The list grows while it is walked, until it holds everything that can be reached.
  for (const file of files) {
    const imports = outputs[file]?.imports ?? [];
    const chunks = imports.filter(({ kind, external }) => kind === "import-statement" && !external);
    files.push(...chunks.map(({ path }) => path).filter((path) => !files.includes(path)));
  }
  return files;
}

function sum(paths: readonly string[], measure: (path: string) => number): number {
  return paths.reduce((total, path) => total + measure(path), 0);
}
