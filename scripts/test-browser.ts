import { existsSync } from "node:fs";

import { messageOf } from "../functions/core/errors.ts";
import { runOrThrow } from "./command.ts";
import { installPackages } from "./debian-packages.ts";

// `npm run test:browser`: looks at the page of all jobs with a real browser, which is installed where there
// is none.

const browsers = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

try {
  if (!browsers.some(existsSync)) await installPackages(["chromium"]);
  await runOrThrow("npx", ["vitest", "run", "--config", "vitest.browser.config.ts"], {
    TORNADE_TEST_BROWSER: browsers.find(existsSync) ?? "",
  });
} catch (error) {
  console.error(`\ntest:browser FAILED: ${messageOf(error)}`);
  process.exitCode = 1;
}
