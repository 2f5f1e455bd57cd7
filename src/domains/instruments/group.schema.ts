import { z } from "@hono/zod-openapi";
import { description, line, managedTimes, uuid } from "./request.schema.ts";

const fields = {
  name: line(255).openapi({ description: "No two have the same", example: "Imaging" }),
  description: description.openapi({ example: null }),
};

/** What groups and projects are created with, changed by and shown as. */
export const namedInput = z.object({ ...fields, description: fields.description.default(null) });
export const namedChange = z.object(fields).partial();
export const namedShown = z.object({ id: uuid, ...fields, ...managedTimes });
