import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { limitRate } from "../../platform/http/rate-limit.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { endForwarderKey, FORWARDER_KEY, identifySender, makeForwarderKey } from "./code-forwarder.ts";
import { acceptCode } from "./one-time-codes.ts";

const tags = ["Bank logins"];

/** What a person's phone hands on to the run that waits for it. */
export const oneTimeCodesRouter = createRouter();

const codeSchema = z
  .union([
    z.strictObject({
      code: z
        .string()
        .regex(/^\d{4,10}$/, "must be 4 to 10 digits")
        .openapi({ example: "483920" }),
    }),
    z.strictObject({
      message: z.string().min(1).max(2000).openapi({
        description: "Text of the message; the code is its only run of 4 to 10 digits",
        example: "Your one-time code is 483920.",
      }),
    }),
  ])
  .openapi("OneTimeCode");

const codePath = "/netbank/otp";

// Public to the guard, since a phone's key counts as well as a token.
oneTimeCodesRouter.use(codePath, limitRate("login"), async (c, next) => {
  c.var.ctx.principal = await identifySender(c.var.ctx, c.req.raw);
  await next();
});

const codeRoute = defineRoute({
  method: "post",
  path: codePath,
  summary: "Hand a one-time code to the run that waits for it",
  description: `By one's own token, or by the phone's key in \`${FORWARDER_KEY}\`. A code is kept for ten minutes and used once.`,
  tags,
  access: "public",
  request: {
    headers: z.object({
      "x-forwarder-key": z.string().max(128).optional().openapi({ description: "From `POST /netbank/otp/key`" }),
    }),
    body: jsonBody(codeSchema),
  },
  responses: {
    202: jsonResponse("Kept", z.object({ status: z.literal("accepted").openapi({ example: "accepted" }) })),
    401: errorResponse("Neither a token nor a key, or one that is invalid or has ended"),
    403: errorResponse("The user is blocked: `USER_BLOCKED`"),
    429: errorResponse("Too many requests"),
  },
});

oneTimeCodesRouter.openapi(codeRoute, async (c) => {
  await acceptCode(c.var.ctx, c.req.valid("json"));
  return c.json({ status: "accepted" as const }, 202);
});

const makeKeyRoute = defineRoute({
  method: "post",
  path: "/netbank/otp/key",
  summary: "Make the key by which a phone forwards codes",
  description: "Shown this once; the key before ends. It opens nothing but `POST /netbank/otp`.",
  tags,
  access: "account",
  audit: { entity_type: "code_forwarder", action: "create" },
  responses: {
    201: jsonResponse(
      "The key",
      z.object({ key: z.string().openapi({ example: "Zk3vQ0b1nX5sT7uW9yA2cD4eF6gH8jK0lM2pR4tV6xY" }) }),
    ),
  },
});

oneTimeCodesRouter.openapi(makeKeyRoute, async (c) => {
  const key = await makeForwarderKey(c.var.ctx);
  return c.json({ key }, 201, { "Cache-Control": "no-store" });
});

const endKeyRoute = defineRoute({
  method: "delete",
  path: "/netbank/otp/key",
  summary: "End the phone's key",
  tags,
  access: "account",
  audit: { entity_type: "code_forwarder", action: "delete" },
  responses: { 204: { description: "Ended" }, 404: errorResponse("Forwarder key not found") },
});

oneTimeCodesRouter.openapi(endKeyRoute, async (c) => {
  await endForwarderKey(c.var.ctx);
  return c.body(null, 204);
});
