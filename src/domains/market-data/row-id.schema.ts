import { z } from "@hono/zod-openapi";

/** An id in a path: digits only, so that `1e3` and `0x10` name nothing. */
export const rowId = (description: string, example: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "must be a positive integer")
    .transform(Number)
    .openapi({ type: "integer", description, example });
