import { gunzipSync, gzipSync } from "node:zlib";

/**
 * Shortens GitHub's `encoded_jit_config` (about 4,200 characters) to about half, so that it fits
 * CodeBuild's 4,096 characters a variable and RunTask's 8,192 of overrides.
 *
 * GitHub nests base64 in JSON in base64. The compact form is `files:` and the gzipped, base64-encoded
 * list of files: a line `<name> <bytes>` each, an empty line, then the contents one after another.
 * Where {@link expandJitConfig} could not give that back byte for byte, as GitHub writes its JSON in
 * another way, it is `gzip:` and the JSON as it is, gzipped and base64-encoded: some 2,800 characters.
 * What is no base64, or so short that it gains nothing, is carried as it is, behind `raw:`.
 */
export function compactJitConfig(encodedJitConfig: string): string {
  const raw = `raw:${encodedJitConfig}`;
  const isGood = (form: string): boolean =>
    form.length < raw.length && expandJitConfig(form) === encodedJitConfig;
  // In this order: what GitHub sends is compressed once, not in each form.
  for (const encode of [encodeFiles, encodeJson]) {
    const form = encode(encodedJitConfig);
    if (form !== undefined && isGood(form)) return form;
  }
  return raw;
}

/** The exact `encoded_jit_config` that {@link compactJitConfig} was given. */
export function expandJitConfig(compact: string): string {
  const [form = ""] = /^(?:files|gzip|raw):/u.exec(compact) ?? [];
  const carried = compact.slice(form.length);
  switch (form) {
    case "files:":
      return toJson(splitFiles(unzip(carried))).toString("base64");
    case "gzip:":
      return unzip(carried).toString("base64");
    case "raw:":
      return carried;
    default:
      throw new Error("the compact JIT config begins with none of 'files:', 'gzip:' and 'raw:'");
  }
}

function encodeFiles(encodedJitConfig: string): string | undefined {
  const files = decodeFiles(encodedJitConfig);
  return files && `files:${zip(joinFiles(files))}`;
}

function encodeJson(encodedJitConfig: string): string {
  return `gzip:${zip(Buffer.from(encodedJitConfig, "base64"))}`;
}

function zip(bytes: Buffer): string {
  return gzipSync(bytes, { level: 9 }).toString("base64");
}

function unzip(zipped: string): Buffer {
  return gunzipSync(Buffer.from(zipped, "base64"));
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

function toJson(files: readonly File[]): Buffer {
  const entries = files.map(([name, bytes]) => [name, bytes.toString("base64")]);
  return Buffer.from(JSON.stringify(Object.fromEntries(entries)));
}
