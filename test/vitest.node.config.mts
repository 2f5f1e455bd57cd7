import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Tests of the command line: they run in Node and start the real commands as processes. */
export default defineConfig({
  root: join(import.meta.dirname, "../"),
  test: {
    include: ["test/node/**/*.test.ts"],
    // Every file starts servers; side by side they would only wait for each other.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
