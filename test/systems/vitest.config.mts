import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Tests against real servers and programs; `npm run test:systems` prepares each suite and runs it alone. */
export default defineConfig({
  root: join(import.meta.dirname, "../../"),
  test: {
    include: ["test/systems/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
