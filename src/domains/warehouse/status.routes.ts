import { z } from "@hono/zod-openapi";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { readMetabase, readPlatformConfig, readWatcher } from "./platform-config.ts";
import { readPlatformHealth, readStatus } from "./platform-status.ts";

const tags = ["Warehouse status"];
const read = { domain: "warehouse", action: "read" } as const;
const failures = z.array(z.record(z.string(), z.unknown())).openapi({ example: [] });
const issues = z.array(z.string()).openapi({ example: [] });

export const statusRouter = createRouter({ validationStatus: 400 });

const statusRoute = defineRoute({
  method: "get",
  path: "/status",
  summary: "Show whether the services run",
  tags,
  access: read,
  responses: {
    200: jsonResponse(
      "The services",
      z.object({
        status: z.literal("healthy"),
        dango_version: z.string().openapi({ example: "0.0.5" }),
        services: z.record(z.string(), z.string()).openapi({
          example: { api: "running", duckdb: "healthy", metabase: "healthy", dbt_docs: "healthy" },
        }),
        uptime: z.string().openapi({ example: "N/A" }),
      }),
    ),
  },
});

statusRouter.openapi(statusRoute, async (c) => c.json(await readStatus(c.var.ctx), 200));

const healthRoute = defineRoute({
  method: "get",
  path: "/health/platform",
  summary: "Show size, tables and recent failures of the warehouse",
  tags,
  access: read,
  responses: {
    200: jsonResponse(
      "How the warehouse is",
      z.object({
        status: z.string().openapi({ example: "healthy" }),
        timestamp: z.string().openapi({ example: "2025-12-09T10:30:00Z" }),
        database: z.object({
          size_mb: z.number().openapi({ example: 42.3 }),
          tables: z.int().openapi({ example: 15 }),
          status: z.string().openapi({ example: "small" }),
          raw_tables: z.int().openapi({ example: 5 }),
          staging_tables: z.int().openapi({ example: 5 }),
          marts_tables: z.int().openapi({ example: 5 }),
        }),
        disk: z.object({
          status: z.string().openapi({ example: "ok" }),
          free_gb: z.number().openapi({ example: 9.9 }),
          total_gb: z.number().openapi({ example: 10 }),
        }),
        sync_failures: failures,
        dbt_failures: failures,
        total_sources: z.int().openapi({ example: 5 }),
        enabled_sources: z.int().openapi({ example: 4 }),
        critical_issues: issues,
        warnings: issues,
      }),
    ),
  },
});

statusRouter.openapi(healthRoute, async (c) => c.json(await readPlatformHealth(c.var.ctx), 200));

const watcherRoute = defineRoute({
  method: "get",
  path: "/watcher/status",
  summary: "Show how uploads are watched",
  tags,
  access: read,
  responses: {
    200: jsonResponse(
      "The watcher",
      z.object({
        running: z.boolean().openapi({ example: true }),
        pid: z.int().nullable().openapi({ example: null }),
        auto_sync_enabled: z.boolean().openapi({ example: true }),
        auto_dbt_enabled: z.boolean().openapi({ example: true }),
        debounce_seconds: z.int().openapi({ example: 600 }),
        watch_patterns: z.array(z.string()).openapi({ example: ["*.csv"] }),
        watch_directories: z.array(z.string()).openapi({ example: ["data/uploads"] }),
        log_file: z.string().nullable().openapi({ example: null }),
      }),
    ),
  },
});

statusRouter.openapi(watcherRoute, (c) => c.json(readWatcher(), 200));

const configRoute = defineRoute({
  method: "get",
  path: "/config",
  summary: "Show the warehouse's configuration and addresses",
  tags,
  access: read,
  responses: {
    200: jsonResponse(
      "The configuration",
      z.object({
        web_port: z.int().openapi({ example: 8800 }),
        web_url: z.string().openapi({ example: "http://localhost:8800" }),
        metabase_url: z.string().openapi({ example: "http://localhost:3000" }),
        dbt_docs_url: z.string().openapi({ example: "http://localhost:8800/dbt-docs" }),
        api_url: z.string().openapi({ example: "http://localhost:8800/api" }),
        project_name: z.string().openapi({ example: "my-analytics" }),
        organization: z.string().nullable().openapi({ example: "Acme Corp" }),
      }),
    ),
  },
});

statusRouter.openapi(configRoute, (c) => c.json(readPlatformConfig(c.var.ctx, c.req.url), 200));

const metabaseRoute = defineRoute({
  method: "get",
  path: "/metabase-config",
  summary: "Show whether Metabase knows the warehouse",
  tags,
  access: read,
  responses: {
    200: jsonResponse(
      "Metabase's id of the warehouse",
      z.object({
        database_id: z.int().nullable().openapi({ example: 2 }),
        configured: z.boolean().openapi({ example: true }),
      }),
    ),
  },
});

statusRouter.openapi(metabaseRoute, async (c) => c.json(await readMetabase(c.var.ctx), 200));
