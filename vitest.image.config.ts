import { defineConfig } from "vitest/config";

/** The entrypoint's suite in real containers; `npm run test:image` builds the image first. */
export default defineConfig({
  test: {
    include: ["test/**/*.image.ts"],
    testTimeout: 120_000,
    maxConcurrency: 3,
  },
});
