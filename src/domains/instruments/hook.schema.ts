import { z } from "@hono/zod-openapi";
import { description, line, time, uuid } from "./request.schema.ts";

const fields = {
  name: line(255).openapi({ description: "For people", example: "Skip thumbnails" }),
  description: description.openapi({ example: null }),
  trigger: z.enum(["pre_transfer", "post_transfer"]).openapi({ example: "pre_transfer" }),
  implementation: z.enum(["builtin", "python_script", "http_webhook"]).openapi({ example: "builtin" }),
  builtin_name: line(64).nullable().openapi({ example: "file_filter" }),
  script_path: line(1024)
    .nullable()
    .openapi({ description: "Kept for the document: no Python runs here", example: null }),
  webhook_url: line(2048).nullable().openapi({ description: "Takes a signed POST", example: null }),
  config: z
    .record(z.string(), z.unknown())
    .nullable()
    .openapi({
      description: "By `GET /api/hooks/builtins`; of a webhook `{secret}`, shown as ****, and kept where **** is sent",
      example: { exclude_patterns: ["*.thumb.jpg"] },
    }),
  instrument_id: uuid.nullable().openapi({ description: "Null for every instrument", example: null }),
  priority: z.int().min(-1_000_000).max(1_000_000).openapi({ description: "Lower ones run first", example: 0 }),
  enabled: z.boolean().openapi({ example: true }),
};

export const hookInput = z.object({
  ...fields,
  description: fields.description.default(null),
  builtin_name: fields.builtin_name.default(null),
  script_path: fields.script_path.default(null),
  webhook_url: fields.webhook_url.default(null),
  config: fields.config.default(null),
  instrument_id: fields.instrument_id.default(null),
  priority: fields.priority.default(0),
  enabled: fields.enabled.default(true),
});

export const hookChange = z.object(fields).partial();

export const shownHook = z.object({ id: uuid, ...fields, deleted_at: time.nullable().openapi({ example: null }) });
