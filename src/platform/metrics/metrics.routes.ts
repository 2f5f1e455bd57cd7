import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { EXPOSITION_TYPE } from "./exposition.ts";
import { printMetrics } from "./print.ts";

export const metricsRouter = createRouter();

const metricsRoute = defineRoute({
  method: "get",
  path: "/metrics",
  summary: "Counters, histograms and gauges for Prometheus",
  description: "Text format 0.0.4, added up over all isolates. `METRICS_ENABLED` switches it off.",
  tags: ["Platform"],
  access: "metrics",
  responses: {
    200: {
      description: "The metrics",
      content: {
        "text/plain": {
          schema: z.string().openapi({
            example: 'catchment_http_requests_total{route="/health",method="GET",status="200"} 12\n',
          }),
        },
      },
    },
    404: errorResponse("Metrics are switched off"),
  },
});

metricsRouter.openapi(metricsRoute, async (c) => {
  const text = await printMetrics(c.var.ctx);
  return c.text(text, 200, { "Content-Type": EXPOSITION_TYPE });
});
