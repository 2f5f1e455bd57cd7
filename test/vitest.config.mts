import { join } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const root = join(import.meta.dirname, "../");

/** Tests that need only npm: they run inside workerd, with the bindings of `wrangler.toml`. */
export default defineConfig({
  root,
  plugins: [
    cloudflareTest(async () => ({
      wrangler: { configPath: `${root}wrangler.toml` },
      miniflare: {
        bindings: {
          JWT_SECRET_KEY: "test-only-signing-key-0123456789abcdef",
          VAULT_KEYS: `1:${Buffer.alloc(32, 1).toString("base64")}`,
          ADMIN_EMAIL: "admin@example.org",
          ADMIN_PASSWORD: "test-only-admin-password",
          ENVIRONMENT: "local",
          REGISTRATION: "open",
          CORS_ORIGINS: "*",
          ANONYMOUS_ACCESS: "market-data,warehouse",
          LOG_LEVEL: "ERROR",
          // What `npm start` writes for the local server must not change what is tested.
          ALLOW_PICKLE_PREVIEW: "false",
          ALLOW_PRIVATE_HOSTS: "",
          DEFAULT_BANK: "erste-netbroker",
          RECORDED_PROVIDERS: "",
          BROWSER_RENDERING: "false",
          LOGIN_RATE_LIMIT: "1000",
          INVENTORY_RATE_LIMIT: "1000",
          WEBHOOK_RATE_LIMIT: "1000",
          TEST_MIGRATIONS: {
            DB: await readD1Migrations(`${root}migrations/db`),
            WAREHOUSE: await readD1Migrations(`${root}migrations/warehouse`),
          },
        },
      },
    })),
  ],
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/systems/**", "test/bench/**", "test/node/**"],
    setupFiles: ["test/support/setup.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 20_000,
    isolate: false,
    // Each worker waits half of its time for databases; more than two would only wait for each other.
    maxWorkers: 2,
  },
});
