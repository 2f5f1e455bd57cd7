import { z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { readHealth, version } from "./health.ts";
import { createRouter, defineRoute } from "./router.ts";
import { STATUS_POLICY, statusPage } from "./status-page.ts";

const identitySchema = z
  .object({
    message: z.literal("Catchment"),
    service: z.literal("catchment"),
    version: z.string().openapi({ example: "0.1.0" }),
    status: z.literal("running"),
  })
  .openapi("Identity");

const route = defineRoute({
  method: "get",
  path: "/",
  summary: "What this service is; a status page for browsers",
  tags: ["Platform"],
  access: "public",
  responses: {
    200: {
      description: "The identity, or a page where `Accept` prefers HTML",
      content: { "application/json": { schema: identitySchema }, "text/html": { schema: z.string() } },
    },
  },
});

export const homeRouter = createRouter();

homeRouter.openapi(route, async (c) => {
  c.header("Vary", "Accept", { append: true });
  const supports = ["application/json", "text/html"];
  if (accepts(c, { header: "Accept", supports, default: "application/json" }) !== "text/html") {
    return c.json({ message: "Catchment", service: "catchment", version, status: "running" } as const, 200);
  }
  const health = await readHealth(c.var.ctx);
  return c.html(statusPage(health), 200, { "Content-Security-Policy": STATUS_POLICY, "Cache-Control": "no-store" });
});
