import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Where the generators read and write. */
export const paths = {
  root,
  /** Served by the `ASSETS` binding. */
  assets: join(root, ".wrangler/assets"),
  packages: join(root, "node_modules"),
  dashboard: join(root, "src/dashboard"),
  leanZod: join(root, ".wrangler/lean/zod.js"),
  lazyModules: join(root, "src/lazy"),
  recordings: join(root, "src/domains/inventory/recordings"),
  openapi: join(root, "src/build/openapi.json"),
  clientTypes: join(root, "src/client/schema.d.ts"),
  redocly: join(root, "src/build/redocly.yaml"),
  readme: join(root, "README.md"),
  migrations: join(root, "migrations"),
  lock: join(root, ".wrangler/build.lock"),
};
