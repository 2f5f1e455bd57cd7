import { z } from "@hono/zod-openapi";
import { requestPasswordReset } from "../../platform/auth/password-reset.ts";
import { requireRegistration } from "../../platform/auth/registration.ts";
import { readOwnUser } from "../../platform/auth/sessions.ts";
import {
  emailSchema,
  loginAnswerSchema,
  loginSchema,
  registrationAnswerSchema,
} from "../../platform/auth/user.schema.ts";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { register, signIn, signOut } from "./account.ts";

/** The doors of the bank document, over the one user store. */
export const accountRouter = createRouter();

const tags = ["Accounts"];
const RESET_MESSAGE = "If the email is registered, a password reset link has been sent.";

const registerRoute = defineRoute({
  method: "post",
  path: "/user/register",
  summary: "Register and sign in",
  tags,
  access: "public",
  rateLimit: "login",
  request: { body: jsonBody(loginSchema.strict().openapi("BankRegistration")) },
  responses: {
    201: jsonResponse("Registered", registrationAnswerSchema),
    400: errorResponse("The address is taken or the password is too short: `REGISTRATION_FAILED`"),
    403: errorResponse("Registration is closed: `REGISTRATION_CLOSED`"),
    502: errorResponse("Firebase, where it keeps people, does not answer: `FIREBASE_ERROR`"),
    503: errorResponse("Tokens cannot be signed until the operator sets a safe key"),
  },
});

accountRouter.openapi(registerRoute, async (c) => {
  const { ctx } = c.var;
  await requireRegistration(ctx, c.req.raw);
  const session = await register(ctx, c.req.valid("json"));
  return c.json({ ...session, message: "Registration successful" }, 201);
});

const loginRoute = defineRoute({
  method: "post",
  path: "/user/login",
  summary: "Sign in with e-mail address and password",
  tags,
  access: "public",
  rateLimit: "login",
  request: { body: jsonBody(loginSchema) },
  responses: {
    200: jsonResponse("Signed in", loginAnswerSchema),
    401: errorResponse("Wrong address or password: `LOGIN_FAILED`"),
    403: errorResponse("The user is blocked: `USER_BLOCKED`"),
    502: errorResponse("Firebase, where it keeps people, does not answer: `FIREBASE_ERROR`"),
    503: errorResponse("Tokens cannot be signed until the operator sets a safe key"),
  },
});

accountRouter.openapi(loginRoute, async (c) => {
  const session = await signIn(c.var.ctx, c.req.valid("json"));
  return c.json({ ...session, message: "Login successful" }, 200);
});

const logoutRoute = defineRoute({
  method: "post",
  path: "/user/logout",
  summary: "Sign out everywhere and stop collecting",
  description: "Ends every session, a run under way and the daily schedule, and removes the stored bank credentials.",
  tags,
  access: "account",
  responses: { 200: jsonResponse("Done", z.literal(true).openapi({ example: true })) },
});

accountRouter.openapi(logoutRoute, async (c) => {
  await signOut(c.var.ctx);
  return c.json(true as const, 200);
});

const meRoute = defineRoute({
  method: "get",
  path: "/user/me",
  summary: "Show who is signed in",
  tags,
  access: "account",
  responses: {
    200: jsonResponse(
      "The caller",
      z.object({
        user_id: z.string().openapi({ example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" }),
        email: z.string().nullable().openapi({ example: "user@example.com" }),
      }),
    ),
  },
});

accountRouter.openapi(meRoute, async (c) => {
  const user = await readOwnUser(c.var.ctx);
  return c.json({ user_id: user.id, email: user.email }, 200);
});

const passwordResetRoute = defineRoute({
  method: "post",
  path: "/user/password-reset",
  summary: "Ask for a password reset link by mail",
  tags,
  access: "public",
  rateLimit: "login",
  request: { body: jsonBody(z.object({ email: emailSchema })) },
  responses: {
    200: jsonResponse(
      "The same answer for every address",
      z.object({ message: z.string().openapi({ example: RESET_MESSAGE }) }),
    ),
  },
});

accountRouter.openapi(passwordResetRoute, (c) => {
  requestPasswordReset(c.var.ctx, c.req.valid("json").email);
  return c.json({ message: RESET_MESSAGE }, 200);
});
