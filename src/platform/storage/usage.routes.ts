import { z } from "@hono/zod-openapi";
import { domainNames } from "../../config.ts";
import { jsonResponse } from "../http/json.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { measureStorage } from "./usage.ts";

/** What the lake holds, as admins see it. */
export const storageUsageRouter = createRouter();

const amounts = {
  objects: z.int().openapi({ example: 1204 }),
  bytes: z.int().openapi({ example: 734_003_200 }),
};

const usageSchema = z
  .object({
    domains: z.array(
      z.object({
        domain: z.enum([...domainNames.options, "other"]).openapi({ example: "market-data" }),
        ...amounts,
      }),
    ),
    total: z.object(amounts),
    complete: z
      .boolean()
      .openapi({ example: true, description: "False where there are more objects than are counted at once" }),
  })
  .openapi("StorageUsage");

const showRoute = defineRoute({
  method: "get",
  path: "/admin/storage",
  summary: "Show how much each domain has stored in the lake",
  description: "By the platform's own records; the bytes of the databases are not in it.",
  tags: ["Administration"],
  access: "admin",
  responses: { 200: jsonResponse("Objects and bytes by domain, the largest first", usageSchema) },
});

storageUsageRouter.openapi(showRoute, async (c) => c.json(await measureStorage(c.var.ctx), 200));
