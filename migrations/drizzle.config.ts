import { defineConfig } from "drizzle-kit";

/** `npm run migrations` writes SQL for both databases; `CATCHMENT_DATABASE` says which. */
const warehouse = process.env.CATCHMENT_DATABASE === "warehouse";

export default defineConfig({
  dialect: "sqlite",
  schema: warehouse ? "./src/**/warehouse.tables.ts" : "./src/**/tables.ts",
  out: warehouse ? "./migrations/warehouse" : "./migrations/db",
});
