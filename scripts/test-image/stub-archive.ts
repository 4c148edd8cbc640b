import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runOrThrow } from "../command.ts";

/** An archive that a build downloads in place of GitHub's. */
export type ServedArchive = {
  readonly url: string;
  readonly sha256: string;
  readonly close: () => void;
};

const stub = join(import.meta.dirname, "../../test/runner-image/stub");

/** Packs the stub of GitHub's runner as GitHub packs the real one, and serves it on the loopback. */
export async function serveStubArchive(): Promise<ServedArchive> {
  const archive = await packStub();
  const server = createServer((_request, response) => response.end(archive));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/actions-runner.tar.gz`,
    sha256: createHash("sha256").update(archive).digest("hex"),
    close: () => {
      server.close();
    },
  };
}

async function packStub(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "tornade-stub-"));
  const root = join(folder, "runner");
  cpSync(stub, root, { recursive: true });
  for (const node of ["node24", "node24_alpine"]) {
    mkdirSync(join(root, "externals", node), { recursive: true });
    writeFileSync(join(root, "externals", node, "LICENSE"), "");
  }
  const path = join(folder, "runner.tar.gz");
  await runOrThrow("tar", ["--create", "--gzip", "--file", path, "--directory", root, "."]);
  const archive = readFileSync(path);
  rmSync(folder, { recursive: true });
  return archive;
}
