import { z } from "@hono/zod-openapi";
import { createRouter, defineRoute } from "../../platform/http/router.ts";

const health = defineRoute({
  method: "get",
  path: "/health",
  summary: "Say that the API answers",
  description: "Always the same; `/health` tells how the parts of the platform are.",
  tags: ["Market data"],
  access: "public",
  responses: {
    200: {
      description: "The API answers",
      content: { "application/json": { schema: z.object({ status: z.literal("ok").openapi({ example: "ok" }) }) } },
    },
  },
});

export const healthRouter = createRouter();

healthRouter.openapi(health, (c) => c.json({ status: "ok" as const }, 200));
