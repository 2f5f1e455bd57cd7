import { z } from "@hono/zod-openapi";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { listBuiltins } from "./builtin-hooks.ts";
import { hookResource } from "./hooks.ts";
import { description, line, time, uuid } from "./request.schema.ts";
import { addResourceRoutes } from "./resource-routes.ts";

export const hooksRouter = createRouter();

const tag = "Hooks";

const builtinsRoute = defineRoute({
  method: "get",
  path: "/api/hooks/builtins",
  summary: "List the hooks that the platform brings along, with their settings",
  tags: [tag],
  access: "admin",
  responses: {
    200: jsonResponse(
      "One entry for each",
      z.array(
        z.object({
          name: z.string().openapi({ example: "file_filter" }),
          display_name: z.string().openapi({ example: "File filter" }),
          description: z.string().openapi({ example: "Skips files by their name and size" }),
          trigger: z.enum(["pre", "post", "both"]).openapi({ example: "pre" }),
          config_schema: z
            .record(z.string(), z.unknown())
            .openapi({ description: "JSON Schema of `config`", example: { type: "object", properties: {} } }),
        }),
      ),
    ),
  },
});

hooksRouter.openapi(builtinsRoute, (c) => c.json(listBuiltins(), 200));

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

addResourceRoutes(hooksRouter, {
  path: "/api/hooks",
  tag,
  one: "a hook",
  many: "hooks",
  resource: hookResource,
  filters: { instrument_id: uuid.optional().openapi({ description: "Only hooks of this instrument alone" }) },
  create: z
    .object({
      ...fields,
      description: fields.description.default(null),
      builtin_name: fields.builtin_name.default(null),
      script_path: fields.script_path.default(null),
      webhook_url: fields.webhook_url.default(null),
      config: fields.config.default(null),
      instrument_id: fields.instrument_id.default(null),
      priority: fields.priority.default(0),
      enabled: fields.enabled.default(true),
    })
    .openapi("HookInput"),
  change: z.object(fields).partial().openapi("HookChange"),
  shown: z.object({ id: uuid, ...fields, deleted_at: time.nullable().openapi({ example: null }) }).openapi("Hook"),
});
