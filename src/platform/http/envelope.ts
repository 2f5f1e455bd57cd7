import { z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./router.ts";

/** How a route that offers an envelope documents it. */
export const envelopeQuery = z.object({
  envelope: z.enum(["true", "false"]).optional().openapi({
    description: "`true` answers `{ data, message, errors }` with the same body as `data`",
    example: "false",
  }),
});

/**
 * Lays a JSON answer into `{ data, message, errors }` where `?envelope=true` asks for it. An error keeps its own keys,
 * which hold `message` and `errors` already, beside `data: null`.
 */
export const offerEnvelope: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { res: bare } = c;
  if (c.req.query("envelope") !== "true") return;
  if (!bare.headers.get("Content-Type")?.startsWith("application/json")) return;
  const body = await bare.json<{ message?: unknown }>();
  const message = typeof body.message === "string" ? body.message : null;
  const enveloped = bare.ok ? { data: body, message, errors: [] } : { data: null, ...body };
  const headers = new Headers(bare.headers);
  headers.delete("Content-Length");
  // Hono copies the headers of an answer that is replaced, the length with them.
  c.res = undefined;
  c.res = new Response(JSON.stringify(enveloped), { status: bare.status, headers });
};
