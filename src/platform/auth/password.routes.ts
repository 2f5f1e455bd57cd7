import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { jsonBody, jsonResponse } from "../http/json.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { changePassword } from "./account.ts";
import { requestVerification, resetPassword, verifyEmail } from "./mailed-tokens.ts";
import { requestPasswordReset } from "./password-reset.ts";
import { renewSessionCookie } from "./session-cookie.ts";
import { openSession } from "./sessions.ts";
import { bearerSchema, emailSchema, passwordSchema, renderUser, userSchema } from "./user.schema.ts";

/** Passwords and addresses proven by mail. */
export const passwordRouter = createRouter();

const tags = ["Accounts"];
const emailBody = jsonBody(z.object({ email: emailSchema }).openapi("EmailOnly"));
const mailedToken = z.string().min(1).max(256).openapi({
  description: "The token behind `token=` in the mailed link",
  example: "5O7mTsvF5XmpzZ0yT3Jm1Jb4Gx0b9m0cQn4vZs7sQxk",
});
const nothing = (description: string) => jsonResponse(description, z.null().openapi({ example: null }));

const forgotRoute = defineRoute({
  method: "post",
  path: "/auth/forgot-password",
  summary: "Ask for a password reset link by mail",
  tags,
  access: "public",
  rateLimit: "login",
  request: { body: emailBody },
  responses: { 202: nothing("The same answer for every address") },
});

passwordRouter.openapi(forgotRoute, (c) => {
  requestPasswordReset(c.var.ctx, c.req.valid("json").email);
  return c.json(null, 202);
});

const resetRoute = defineRoute({
  method: "post",
  path: "/auth/reset-password",
  summary: "Set a new password by a mailed token, which ends every session",
  tags,
  access: "public",
  rateLimit: "login",
  request: { body: jsonBody(z.object({ token: mailedToken, password: passwordSchema }).openapi("PasswordReset")) },
  responses: {
    200: nothing("The new password counts"),
    400: errorResponse("`RESET_PASSWORD_BAD_TOKEN` or `RESET_PASSWORD_INVALID_PASSWORD`"),
  },
});

passwordRouter.openapi(resetRoute, async (c) => {
  await resetPassword(c.var.ctx, c.req.valid("json"));
  return c.json(null, 200);
});

const changeRoute = defineRoute({
  method: "post",
  path: "/auth/change-password",
  summary: "Change the own password: other sessions end, this one goes on with the token in the answer",
  tags,
  access: "account",
  rateLimit: "login",
  request: {
    body: jsonBody(
      z.strictObject({ current_password: passwordSchema, new_password: passwordSchema }).openapi("PasswordChange"),
    ),
  },
  responses: {
    200: jsonResponse("A token of the new session", bearerSchema),
    400: errorResponse("Wrong current or too short new password: `CHANGE_PASSWORD_INVALID_PASSWORD`"),
  },
});

passwordRouter.openapi(changeRoute, async (c) => {
  const { ctx } = c.var;
  const session = await openSession(ctx, await changePassword(ctx, c.req.valid("json")));
  const cookie = renewSessionCookie(ctx, c.req.raw, session.access_token);
  if (cookie) c.header("Set-Cookie", cookie);
  return c.json(session, 200);
});

const requestVerifyRoute = defineRoute({
  method: "post",
  path: "/auth/request-verify-token",
  summary: "Ask for a link by mail that confirms the address",
  tags,
  access: "public",
  rateLimit: "login",
  request: { body: emailBody },
  responses: { 202: nothing("The same answer for every address") },
});

passwordRouter.openapi(requestVerifyRoute, (c) => {
  requestVerification(c.var.ctx, c.req.valid("json").email);
  return c.json(null, 202);
});

const verifyRoute = defineRoute({
  method: "post",
  path: "/auth/verify",
  summary: "Confirm an address by a mailed token",
  tags,
  access: "public",
  rateLimit: "login",
  request: { body: jsonBody(z.object({ token: mailedToken }).openapi("Verification")) },
  responses: {
    200: jsonResponse("The confirmed user", userSchema),
    400: errorResponse("`VERIFY_USER_BAD_TOKEN` or `VERIFY_USER_ALREADY_VERIFIED`"),
  },
});

passwordRouter.openapi(verifyRoute, async (c) => {
  const user = await verifyEmail(c.var.ctx, c.req.valid("json").token);
  return c.json(renderUser(user), 200);
});
