import { z } from "@hono/zod-openapi";
import { describeConfiguration } from "./configuration.ts";
import { jsonResponse } from "./json.ts";
import { createRouter, defineRoute } from "./router.ts";

/** The configuration as it was read. */
export const configurationRouter = createRouter();

const settingSchema = z
  .object({
    key: z.string().openapi({ example: "LOG_LEVEL" }),
    description: z.string().openapi({ example: "The least level that is logged." }),
    is_secret: z.boolean().openapi({ example: false }),
    is_set: z.boolean().openapi({ example: true, description: "Whether it was given; else the default counts" }),
    value: z.string().nullable().openapi({ example: "DEBUG", description: "What counts; null for secrets" }),
    default: z.string().nullable().openapi({ example: "INFO", description: "Null for secrets" }),
  })
  .openapi("Setting");

const showRoute = defineRoute({
  method: "get",
  path: "/admin/configuration",
  summary: "Show every key of the configuration and what it is",
  description: "Read-only: settings are vars and secrets of the Worker. Of secrets only whether they are set.",
  tags: ["Administration"],
  access: "admin",
  responses: { 200: jsonResponse("Every key", z.object({ settings: z.array(settingSchema) })) },
});

configurationRouter.openapi(showRoute, (c) => {
  c.header("Cache-Control", "no-store");
  return c.json({ settings: describeConfiguration(c.var.ctx.config, c.env) }, 200);
});
