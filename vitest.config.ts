import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.thorough.test.ts"],
    // Ends what hangs; what is merely slow on a busy machine is no failure.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // One core less than there are is the default, which is half of a small machine.
    maxWorkers: "100%",
    // No test changes a module: to load them once for each worker saves a third of the time.
    isolate: false,
    coverage: {
      provider: "v8",
      include: ["functions/core/**"],
      reporter: ["text-summary"],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
  },
});
