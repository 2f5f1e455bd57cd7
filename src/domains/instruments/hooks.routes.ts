import { z } from "@hono/zod-openapi";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { listBuiltins } from "./builtin-hooks.ts";
import { hookChange, hookInput, shownHook } from "./hook.schema.ts";
import { hookResource } from "./hooks.ts";
import { uuid } from "./request.schema.ts";
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

addResourceRoutes(hooksRouter, {
  path: "/api/hooks",
  tag,
  one: "a hook",
  many: "hooks",
  resource: hookResource,
  filters: { instrument_id: uuid.optional().openapi({ description: "Only hooks of this instrument alone" }) },
  create: hookInput.openapi("HookInput"),
  change: hookChange.openapi("HookChange"),
  shown: shownHook.openapi("Hook"),
});
