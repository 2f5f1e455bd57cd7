import { Buffer } from "node:buffer";
import { z } from "@hono/zod-openapi";
import type { ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { AppError, badRequest, unprocessable } from "../../errors.ts";
import type { Context } from "../../context.ts";
import { createLogger, describeError } from "./log.ts";
import type { AppEnv } from "./router.ts";

/** The one error body; it satisfies the error formats of all five documents. */
export const errorBodySchema = z
  .object({
    error: z.string().openapi({ example: "NOT_FOUND", description: "A code that never changes" }),
    message: z.string().openapi({ example: "Feature not found" }),
    detail: z.string().openapi({ example: "Feature not found", description: "The same text as `message`" }),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).openapi({ example: [] }),
    timestamp: z.string().openapi({ example: "2025-01-01T12:00:00.000+00:00" }),
  })
  .openapi("Error");

/** How a route documents one of its errors. */
export const errorResponse = (description: string) => ({
  description,
  content: { "application/json": { schema: errorBodySchema } },
});

/** Renders an error as the body above; `now` in milliseconds UTC. */
export function renderError(error: AppError, now: number): Response {
  const body: z.infer<typeof errorBodySchema> = {
    error: error.code,
    message: error.message,
    detail: error.message,
    errors: error.errors,
    timestamp: new Date(now).toISOString().replace("Z", "+00:00"),
  };
  const wait: Record<string, string> =
    error.retry_after === undefined ? {} : { "Retry-After": String(Math.max(1, Math.ceil(error.retry_after))) };
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  const headers = { "Content-Type": "application/json", "Content-Length": length, ...wait, ...error.headers };
  return new Response(text, { status: error.status, headers });
}

/** Says what any thrown value means to the caller; what we did not foresee becomes a fixed sentence. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException && error.status === 400 && error.message.includes("JSON")) {
    return unprocessable([{ field: "body", message: "is not valid JSON" }]);
  }
  if (error instanceof HTTPException && error.status === 415) {
    return unprocessable([{ field: "body", message: "is not sent as a documented media type" }]);
  }
  if (error instanceof HTTPException && error.status < 500) return badRequest(error.message);
  return new AppError(500, "INTERNAL_ERROR", "Internal server error", { cause: error });
}

export const handleError: ErrorHandler<AppEnv> = (error, c) => {
  const known = toAppError(error);
  // A configuration that cannot be read leaves no context, and must still be answered.
  const ctx: Context | undefined = c.var.ctx;
  const log = ctx?.log ?? createLogger("ERROR");
  if (known.status >= 500) {
    const cause = known.cause ?? error;
    log.error("request_failed", { request_id: c.var.requestId, code: known.code, ...describeError(cause) });
  }
  return renderError(known, ctx?.now() ?? Date.now());
};
