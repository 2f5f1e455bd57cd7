import { z } from "@hono/zod-openapi";

export const uuid = z.uuid().openapi({ example: "0b9a2b9e-1f5e-4df4-8f8e-0d4f6c1e2a33" });

export const idParam = z.object({ id: uuid.openapi({ description: "The id that creating it answered" }) });

export const userIdSchema = z
  .string()
  .min(1)
  .max(64)
  .openapi({ description: "The user's id", example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" });

export const time = z.string().openapi({ example: "2025-01-01T12:00:00Z" });

export const managedTimes = {
  created_at: time,
  updated_at: time,
  deleted_at: time.nullable().openapi({ example: null }),
};

/** A switch of a query, off unless given. */
export const flagQuery = (description: string) =>
  z
    .enum(["true", "false", "1", "0"])
    .default("false")
    .transform((text) => text === "true" || text === "1")
    .openapi({ type: "boolean", description, example: false });

/** Text of one line. */
export const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "must not contain control characters");

export const description = z.string().max(10_000).nullable();
