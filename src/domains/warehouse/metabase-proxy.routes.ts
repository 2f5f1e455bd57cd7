import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { proxyMetabase } from "./metabase-proxy.ts";

const READING = ["get", "options"] as const;
const CHANGING = ["post", "put", "patch", "delete"] as const;

// Typed as a plain string: a response of a type unknown to the compiler may be passed on as it is.
const ANY_TYPE: string = "*/*";

const params = z.object({
  path: z.string().openapi({ description: "Path in Metabase; slashes stand as they are", example: "api/health" }),
});

/** A route that hands on what it gets; `request` describes the part of the path below the prefix. */
const proxyRoute = <const P extends string>(
  path: P,
  method: (typeof READING | typeof CHANGING)[number],
  action: "read" | "write",
  request: { params?: typeof params },
) =>
  defineRoute({
    method,
    path,
    summary: "Hand a request on to Metabase",
    tags: ["Metabase"],
    access: { domain: "warehouse", action },
    upload: true,
    request,
    responses: {
      200: {
        description: "What Metabase answers, whatever its status",
        content: { [ANY_TYPE]: { schema: z.string().openapi({ format: "binary" }) } },
      },
      502: errorResponse("Metabase is not configured or cannot be reached"),
    },
  });

export const metabaseRouter = createRouter({ validationStatus: 400 });

for (const method of [...READING, ...CHANGING]) {
  const action = READING.some((reading) => reading === method) ? "read" : "write";
  metabaseRouter.openapi(proxyRoute("/", method, action, {}), (c) => proxyMetabase(c.var.ctx, c.req.raw));
  metabaseRouter.openapi(proxyRoute("/{path}{.+}", method, action, { params }), (c) =>
    proxyMetabase(c.var.ctx, c.req.raw),
  );
}
