import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { updateAccount } from "./account.ts";
import { readOwnUser } from "./sessions.ts";
import { emailSchema, passwordSchema, renderUser, userSchema } from "./user.schema.ts";

/** The own account as the instruments document shows it. */
export const accountRouter = createRouter();

const tags = ["Accounts"];
const userResponse = { description: "The caller", content: { "application/json": { schema: userSchema } } };

const readRoute = defineRoute({
  method: "get",
  path: "/users/me",
  summary: "Show the own account",
  tags,
  access: "account",
  responses: { 200: userResponse },
});

accountRouter.openapi(readRoute, async (c) => c.json(renderUser(await readOwnUser(c.var.ctx)), 200));

const changesSchema = z
  .strictObject({
    email: emailSchema.optional(),
    password: passwordSchema.optional().openapi({
      description: "A new password; needs `current_password` and ends every session",
      example: "securepassword",
    }),
    current_password: passwordSchema.optional(),
  })
  .openapi("AccountChanges");

const updateRoute = defineRoute({
  method: "patch",
  path: "/users/me",
  summary: "Change the own address or password",
  tags,
  access: "account",
  rateLimit: "login",
  request: { body: { content: { "application/json": { schema: changesSchema } } } },
  responses: {
    200: userResponse,
    400: errorResponse("`UPDATE_USER_EMAIL_ALREADY_EXISTS` or `UPDATE_USER_INVALID_PASSWORD`"),
  },
});

accountRouter.openapi(updateRoute, async (c) => {
  const user = await updateAccount(c.var.ctx, c.req.valid("json"));
  return c.json(renderUser(user), 200);
});
