import { gunzipSync, gzipSync } from "node:zlib";

/**
 * Shortens GitHub's `encoded_jit_config` (about 4,200 characters) to about half, so that it fits
 * CodeBuild's 4,096 characters a variable and RunTask's 8,192 of overrides.
 *
 * GitHub nests base64 in JSON in base64. The compact form is `files:` and the gzipped, base64-encoded
 * list of files: a line `<name> <bytes>` each, an empty line, then the contents one after another.
 * What does not come back byte for byte from {@link expandJitConfig} is carried as it is, behind `raw:`.
 */
export function compactJitConfig(encodedJitConfig: string): string {
  const files = decodeFiles(encodedJitConfig);
  if (files === undefined) return `raw:${encodedJitConfig}`;
  const compact = `files:${gzipSync(joinFiles(files), { level: 9 }).toString("base64")}`;
  return expandJitConfig(compact) === encodedJitConfig ? compact : `raw:${encodedJitConfig}`;
}

/** The exact `encoded_jit_config` that {@link compactJitConfig} was given. */
export function expandJitConfig(compact: string): string {
  if (compact.startsWith("raw:")) return compact.slice("raw:".length);
  if (!compact.startsWith("files:")) {
    throw new Error("the compact JIT config begins with neither 'files:' nor 'raw:'");
  }
  const joined = gunzipSync(Buffer.from(compact.slice("files:".length), "base64"));
  const entries = splitFiles(joined).map(([name, bytes]) => [name, bytes.toString("base64")]);
  return Buffer.from(JSON.stringify(Object.fromEntries(entries))).toString("base64");
}

type File = readonly [name: string, bytes: Buffer];

function decodeFiles(encodedJitConfig: string): readonly File[] | undefined {
  try {
    const files: unknown = JSON.parse(Buffer.from(encodedJitConfig, "base64").toString());
    if (typeof files !== "object" || files === null || Array.isArray(files)) return undefined;
    return Object.entries(files).map(([name, content]) => [name, decodeFile(name, content)]);
  } catch {
    return undefined;
  }
}

function decodeFile(name: string, content: unknown): Buffer {
  if (!/^[\w.-]+$/u.test(name) || typeof content !== "string") throw new Error("not a file");
  return Buffer.from(content, "base64");
}

function joinFiles(files: readonly File[]): Buffer {
  const header = files.map(([name, bytes]) => `${name} ${bytes.length}\n`).join("");
  return Buffer.concat([Buffer.from(`${header}\n`), ...files.map(([, bytes]) => bytes)]);
}

function splitFiles(joined: Buffer): readonly File[] {
  const headerEnd = joined.indexOf("\n\n") + 2;
  let offset = headerEnd;
  const lines = joined
    .subarray(0, Math.max(0, headerEnd - 2))
    .toString()
    .split("\n");
  return lines.filter(Boolean).map((line) => {
    const [name = "", length = "0"] = line.split(" ");
    const bytes = joined.subarray(offset, offset + Number(length));
    offset += bytes.length;
    return [name, bytes];
  });
}
