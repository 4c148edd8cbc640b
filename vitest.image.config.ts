import { defineConfig } from "vitest/config";

/** What runs in real containers: the entrypoint's suite, and the dispatcher on one machine; `npm run test:image` builds the image first. */
export default defineConfig({
  test: {
    include: ["test/**/*.image.ts"],
    testTimeout: 120_000,
    // Podman gives a container ten seconds to end before it kills it, and hooks remove those that are left.
    hookTimeout: 60_000,
    maxConcurrency: 3,
    // One of the files measures times.
    fileParallelism: false,
  },
});
