import { z } from "@hono/zod-openapi";
import { readHealth } from "./health.ts";
import { createRouter, defineRoute } from "./router.ts";

const componentSchema = z
  .object({ ready: z.boolean(), error: z.string().nullable() })
  .openapi("ComponentHealth", { example: { ready: true, error: null } });

const componentsSchema = z
  .object({
    firebase: componentSchema.openapi({ description: "The identity provider: our own user store, or Firebase" }),
    scheduler: componentSchema.openapi({ description: "Whether something ticked within three minutes" }),
    tokens: componentSchema.openapi({ description: "Whether a token that is signed now verifies" }),
    selenium: componentSchema.openapi({ description: "The browser binding" }),
    vault: componentSchema.openapi({ description: "The keys of the credential vault" }),
    database: componentSchema.openapi({ description: "The platform's own records, and their schema" }),
    warehouse: componentSchema.openapi({ description: "The database of loaded rows, and its schema" }),
    lake: componentSchema.openapi({ description: "The object store" }),
  })
  .openapi("Components");

const common = {
  components: componentsSchema,
  version: z.string().openapi({ example: "0.1.0" }),
  timestamp: z.string().openapi({ example: "2025-01-01T12:02:03.450Z" }),
};

const healthySchema = z
  .object({
    status: z.literal("healthy"),
    ready: z.literal(true),
    startup_complete_time: z
      .string()
      .openapi({ example: "2025-01-01T12:00:00", description: "UTC time of this isolate's first request" }),
    uptime_seconds: z.number().openapi({ example: 123.45, description: "Since that first request" }),
    ...common,
  })
  .openapi("Health");

const notReadySchema = z
  .object({ status: z.literal("not_ready"), ready: z.literal(false), ...common })
  .openapi("NotReady");

const route = defineRoute({
  method: "get",
  path: "/health",
  summary: "Whether the service is ready, and each of its components",
  description: "Findings are at most two seconds old. A component that fails does not make the service unready.",
  tags: ["Platform"],
  access: "public",
  responses: {
    200: { description: "Ready", content: { "application/json": { schema: healthySchema } } },
    503: {
      description: "A required secret is missing or weak, or the schema is older than the code",
      content: { "application/json": { schema: notReadySchema } },
    },
  },
});

export const healthRouter = createRouter();

healthRouter.openapi(route, async (c) => {
  const health = await readHealth(c.var.ctx);
  c.header("Cache-Control", "no-store");
  return health.ready ? c.json(health, 200) : c.json(health, 503);
});
