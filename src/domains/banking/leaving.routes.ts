import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { unregister } from "./leaving.ts";

/** The way out of the platform. */
export const leavingRouter = createRouter();

const unregisterRoute = defineRoute({
  method: "post",
  path: "/user/unregister",
  summary: "Leave, and have all of one's data deleted",
  description:
    "Blocks the account at once. Whoever signs in again within `UNREGISTER_DELETION_DAYS` stays; after that everything about them is deleted for good.",
  tags: ["Accounts"],
  access: "account",
  audit: { entity_type: "account", action: "delete" },
  responses: {
    200: jsonResponse(
      "The account is blocked",
      z
        .object({
          message: z.string().openapi({
            example: "User unregistered. Account and data will be permanently deleted in 60 days.",
          }),
          deletion_scheduled_at_ms: z.int().openapi({ example: 1_704_067_200_000 }),
          deletion_at_ms: z.int().openapi({ example: 1_709_251_200_000 }),
        })
        .openapi("Unregistration"),
    ),
    409: errorResponse("The last admin cannot leave: `LAST_ADMIN`"),
  },
});

leavingRouter.openapi(unregisterRoute, async (c) => c.json(await unregister(c.var.ctx), 200));
