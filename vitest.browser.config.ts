import { defineConfig } from "vitest/config";

/** What is looked at with a real browser, which `npm run test:browser` finds or installs. */
export default defineConfig({
  test: { include: ["test/**/*.browser.ts"], testTimeout: 60_000 },
});
