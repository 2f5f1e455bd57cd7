import { z } from "@hono/zod-openapi";

/** Names of sources become names of tables: letters, digits and underscores, in lower case. */
export const sourceName = z
  .string()
  .regex(/^\w{1,100}$/, "must have letters, digits and underscores only, at most 100")
  .transform((name) => name.toLowerCase())
  .openapi({ description: "Name of the source", example: "sales_data" });

export const statuses = z.enum(["synced", "syncing", "failed", "empty", "not_synced", "unknown"]);

const time = z.string().openapi({ example: "2025-12-09T08:00:00Z" });

const tables = z
  .array(z.object({ name: z.string(), row_count: z.int(), schema: z.string() }))
  .openapi({ example: [{ name: "charges", row_count: 1000, schema: "raw_stripe_payments" }] });

const freshness = z.object({
  last_update: time.nullable(),
  days_old: z.int().nullable().openapi({ example: 0 }),
  status: z.enum(["synced", "never_synced", "failed", "unknown"]).openapi({ example: "synced" }),
  hours_since_sync: z.number().nullable().openapi({ example: 2.5 }),
});

/** A source as the list shows it. */
export const listedSource = z
  .object({
    name: z.string().openapi({ example: "stripe_payments" }),
    type: z.string().openapi({ example: "stripe" }),
    enabled: z.boolean().openapi({ example: true }),
    last_sync: time.nullable(),
    row_count: z.int().nullable().openapi({ example: 1523 }),
    status: statuses.openapi({ example: "synced" }),
    freshness,
    tables,
  })
  .openapi("WarehouseSource");

const historyEntry = z.object({
  timestamp: time,
  status: z.enum(["success", "failed"]).openapi({ example: "success" }),
  duration_seconds: z.int().openapi({ example: 45 }),
  rows_processed: z.int().openapi({ description: "Rows of this run", example: 1523 }),
  full_refresh: z.boolean().openapi({ example: false }),
  error_message: z.string().nullable().openapi({ example: null }),
});

/** A source in detail; secrets in its config are masked. */
export const sourceDetails = z
  .object({
    name: z.string().openapi({ example: "stripe_payments" }),
    config: z.record(z.string(), z.unknown()).openapi({
      example: {
        name: "stripe_payments",
        type: "stripe",
        enabled: true,
        stripe: { stripe_secret_key_env: "STRIPE_API_KEY", endpoints: ["charges", "customers"] },
      },
    }),
    history: z.array(historyEntry),
    row_count: z.int().nullable().openapi({ example: 1523 }),
    tables,
    freshness,
    status: statuses,
  })
  .openapi("WarehouseSourceDetails");

const shared = {
  enabled: z.boolean().openapi({ description: "Whether it may be synced", example: true }),
  config: z
    .record(z.string().max(128), z.unknown())
    .openapi({ description: "As the source type's schema says", example: { directory: "data/uploads/sales" } }),
  description: z.string().max(1000).nullable().openapi({ description: "For people", example: "Monthly sales" }),
  tags: z
    .array(z.string().max(64))
    .max(50)
    .openapi({ description: "For people", example: ["sales"] }),
  lookback_days: z.int().min(0).max(3650).nullable().openapi({
    description: "Days before the last cursor that each sync reads again",
    example: null,
  }),
  auto_sync: z.boolean().openapi({ description: "Whether an upload starts a sync", example: true }),
  auto_dbt: z.boolean().openapi({ description: "Whether a sync runs the models after it", example: true }),
  debounce_seconds: z
    .int()
    .min(0)
    .max(86_400)
    .openapi({ description: "Quiet time after the last upload before the sync starts", example: 600 }),
};

/** What a new source is given; `PUT` takes the same. */
export const sourceInput = z
  .strictObject({
    name: sourceName.refine((name) => name.length <= 50 && !/__|_$/.test(name), {
      message: "must have at most 50 letters, no two underscores in a row and none at its end",
    }),
    type: z.string().min(1).max(64).openapi({ description: "One of `GET /api/source-types`", example: "csv" }),
    enabled: shared.enabled.default(true),
    config: shared.config.default({}),
    description: shared.description.default(null),
    tags: shared.tags.default([]),
    lookback_days: shared.lookback_days.default(null),
    auto_sync: shared.auto_sync.default(true),
    auto_dbt: shared.auto_dbt.default(true),
    debounce_seconds: shared.debounce_seconds.default(600),
  })
  .openapi("WarehouseSourceInput");
export type SourceInput = z.output<typeof sourceInput>;

/** What may be changed; absent fields stay. */
export const sourceChange = z.strictObject(shared).partial().openapi("WarehouseSourceChange");
export type SourceChange = z.output<typeof sourceChange>;
