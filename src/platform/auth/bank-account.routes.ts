import { z } from "@hono/zod-openapi";
import { badRequest, loginFailed, userBlocked } from "../../errors.ts";
import { errorResponse } from "../http/errors.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { requestPasswordReset } from "./mailed-tokens.ts";
import { registerUser, requireRegistration } from "./registration.ts";
import { endOwnSessions, findUserByLogin, openSession, readOwnUser } from "./sessions.ts";
import { emailSchema, loginAnswerSchema, loginSchema, registrationAnswerSchema } from "./user.schema.ts";

/** The doors of the bank document, over the one user store. */
export const bankAccountRouter = createRouter();

const tags = ["Accounts"];
const RESET_MESSAGE = "If the email is registered, a password reset link has been sent.";

const registerRoute = defineRoute({
  method: "post",
  path: "/user/register",
  summary: "Register and sign in",
  tags,
  access: "public",
  rateLimit: "login",
  request: {
    body: { content: { "application/json": { schema: loginSchema.strict().openapi("BankRegistration") } } },
  },
  responses: {
    201: { description: "Registered", content: { "application/json": { schema: registrationAnswerSchema } } },
    400: errorResponse("The address is taken or the password is too short: `REGISTRATION_FAILED`"),
    403: errorResponse("Registration is closed: `REGISTRATION_CLOSED`"),
    503: errorResponse("Tokens cannot be signed until the operator sets a safe key"),
  },
});

bankAccountRouter.openapi(registerRoute, async (c) => {
  const { ctx } = c.var;
  await requireRegistration(ctx, c.req.raw);
  const { user, refusal } = await registerUser(ctx, c.req.valid("json"));
  if (!user) {
    const message = refusal.kind === "bad-password" ? refusal.reason : "Registration failed";
    throw badRequest(message, "REGISTRATION_FAILED");
  }
  return c.json({ ...(await openSession(ctx, user)), user_id: user.id, message: "Registration successful" }, 201);
});

const loginRoute = defineRoute({
  method: "post",
  path: "/user/login",
  summary: "Sign in with e-mail address and password",
  tags,
  access: "public",
  rateLimit: "login",
  request: { body: { content: { "application/json": { schema: loginSchema } } } },
  responses: {
    200: { description: "Signed in", content: { "application/json": { schema: loginAnswerSchema } } },
    401: errorResponse("Wrong address or password: `LOGIN_FAILED`"),
    403: errorResponse("The user is blocked: `USER_BLOCKED`"),
    503: errorResponse("Tokens cannot be signed until the operator sets a safe key"),
  },
});

bankAccountRouter.openapi(loginRoute, async (c) => {
  const { ctx } = c.var;
  const user = await findUserByLogin(ctx, c.req.valid("json"));
  if (!user) throw loginFailed();
  if (user.blocked_at !== null) throw userBlocked();
  return c.json({ ...(await openSession(ctx, user)), message: "Login successful" }, 200);
});

const logoutRoute = defineRoute({
  method: "post",
  path: "/user/logout",
  summary: "Sign out everywhere",
  tags,
  access: "account",
  responses: {
    200: {
      description: "Every session has ended",
      content: { "application/json": { schema: z.literal(true).openapi({ example: true }) } },
    },
  },
});

bankAccountRouter.openapi(logoutRoute, async (c) => {
  await endOwnSessions(c.var.ctx);
  return c.json(true as const, 200);
});

const meRoute = defineRoute({
  method: "get",
  path: "/user/me",
  summary: "Show who is signed in",
  tags,
  access: "account",
  responses: {
    200: {
      description: "The caller",
      content: {
        "application/json": {
          schema: z.object({
            user_id: z.string().openapi({ example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" }),
            email: z.string().nullable().openapi({ example: "user@example.com" }),
          }),
        },
      },
    },
  },
});

bankAccountRouter.openapi(meRoute, async (c) => {
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
  request: { body: { content: { "application/json": { schema: z.object({ email: emailSchema }) } } } },
  responses: {
    200: {
      description: "The same answer for every address",
      content: {
        "application/json": { schema: z.object({ message: z.string().openapi({ example: RESET_MESSAGE }) }) },
      },
    },
  },
});

bankAccountRouter.openapi(passwordResetRoute, (c) => {
  requestPasswordReset(c.var.ctx, c.req.valid("json").email);
  return c.json({ message: RESET_MESSAGE }, 200);
});
