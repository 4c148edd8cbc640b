import { defineConfig } from "vitest/config";

// What takes minutes: every point at which a function can die, every rule that can be switched off.
export default defineConfig({
  test: {
    include: ["test/**/*.thorough.test.ts"],
    testTimeout: 300_000,
    // One core less than there are is the default, which is half of a small machine.
    maxWorkers: "100%",
  },
});
