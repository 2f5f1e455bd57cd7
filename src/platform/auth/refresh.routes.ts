import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { jsonBody, jsonResponse } from "../http/json.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { refreshSession } from "./refresh.ts";
import { bearerSchema } from "./user.schema.ts";

/** Sessions that go on without a password, where the identity provider offers that. */
export const refreshRouter = createRouter();

const refreshRoute = defineRoute({
  method: "post",
  path: "/user/refresh",
  summary: "Get a new token for a refresh token",
  description: "For people whom Firebase keeps. Our own logins give no refresh token, so that none is valid.",
  tags: ["Accounts"],
  access: "public",
  rateLimit: "login",
  request: {
    body: jsonBody(
      z
        .strictObject({
          refresh_token: z
            .string()
            .min(1)
            .max(4096)
            .openapi({ example: "AMf-vBxL2mQ9", description: "The `refresh_token` of a login" }),
        })
        .openapi("SessionRefresh"),
    ),
  },
  responses: {
    200: jsonResponse("A token that is valid for another hour", bearerSchema),
    401: errorResponse("`INVALID_TOKEN`, or `TOKEN_EXPIRED` for one that was revoked"),
    403: errorResponse("The user is blocked: `USER_BLOCKED`"),
    502: errorResponse("Firebase does not answer: `FIREBASE_ERROR`"),
  },
});

refreshRouter.openapi(refreshRoute, async (c) => {
  const session = await refreshSession(c.var.ctx, c.req.valid("json").refresh_token);
  return c.json(session, 200);
});
