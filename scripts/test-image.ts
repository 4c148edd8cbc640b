import { parseArgs } from "node:util";

import { messageOf } from "../functions/core/errors.ts";
import { type Architecture, architectures } from "../functions/core/provider.ts";
import { prepareBase } from "./test-image/base-image.ts";
import { buildImages } from "./test-image/build-images.ts";
import { runOrThrow } from "./command.ts";
import { type Engine, prepareEngine } from "./test-image/container-engine.ts";
import { canRun } from "./test-image/emulation.ts";
import { printLayers } from "./test-image/layers.ts";
import { lintScripts } from "./test-image/lint-scripts.ts";

// `npm run test:image`: builds the runner's image with a stub of GitHub's runner in it and runs the
// entrypoint's suite in real containers. What cannot be done here ends it with the reason; nothing is
// passed over in silence.

const { values } = parseArgs({
  options: { "install-emulation": { type: "boolean", default: false } },
});

try {
  const engine = await prepareEngine();
  await lintScripts();
  for (const architecture of architectures) await testArchitecture(engine, architecture);
} catch (error) {
  console.error(`\ntest:image FAILED: ${messageOf(error)}`);
  process.exitCode = 1;
}

async function testArchitecture(engine: Engine, architecture: Architecture): Promise<void> {
  const obstacle = await canRun(architecture, values["install-emulation"]);
  if (obstacle !== undefined) {
    console.warn(`\n!! ${architecture} IS NOT TESTED: ${obstacle}\n`);
    return;
  }
  console.log(`\n== ${architecture}`);
  const base = await prepareBase(engine, architecture);
  const slim = await buildImages(engine, { architecture, base });
  await printLayers(engine, slim);
  await runOrThrow("npx", ["vitest", "run", "--config", "vitest.image.config.ts"], {
    TORNADE_TEST_ENGINE: engine.command,
    TORNADE_TEST_ARCHITECTURE: architecture,
  });
}
