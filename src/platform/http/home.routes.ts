import { z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { DASHBOARD_POLICY, dashboardPage } from "./dashboard-page.ts";
import { version } from "./health.ts";
import { createRouter, defineRoute } from "./router.ts";

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
  summary: "What this service is; the dashboard for browsers",
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

homeRouter.openapi(route, (c) => {
  c.header("Vary", "Accept", { append: true });
  const supports = ["application/json", "text/html"];
  if (accepts(c, { header: "Accept", supports, default: "application/json" }) !== "text/html") {
    return c.json({ message: "Catchment", service: "catchment", version, status: "running" } as const, 200);
  }
  return c.html(dashboardPage, 200, {
    "Content-Security-Policy": DASHBOARD_POLICY,
    "Cache-Control": "no-cache",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
  });
});
