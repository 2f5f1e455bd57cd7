import { z } from "@hono/zod-openapi";
import { badRequest } from "../../errors.ts";
import { errorResponse } from "../http/errors.ts";
import { jsonBody, jsonResponse } from "../http/json.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { refuseOtherOrigins } from "./authenticate.ts";
import { badPassword } from "./mailed-tokens.ts";
import { registerUser, requireRegistration } from "./registration.ts";
import { clearSessionCookie, writeSessionCookie } from "./session-cookie.ts";
import { endOwnSessions, findActiveUserByLogin, openSession } from "./sessions.ts";
import { bearerSchema, loginSchema, passwordSchema, renderUser, userSchema } from "./user.schema.ts";

/** The doors of the instruments document, over the one user store. */
export const signInRouter = createRouter();

const tags = ["Accounts"];

const ignoredFlag = z.boolean().nullish().openapi({ example: false, description: "Accepted and ignored" });

const registerRoute = defineRoute({
  method: "post",
  path: "/auth/register",
  summary: "Register",
  tags,
  access: "public",
  rateLimit: "login",
  request: {
    body: jsonBody(
      loginSchema
        .extend({ is_active: ignoredFlag, is_superuser: ignoredFlag, is_verified: ignoredFlag })
        .strict()
        .openapi("Registration"),
    ),
  },
  responses: {
    201: jsonResponse("Registered", userSchema),
    400: errorResponse("`REGISTER_USER_ALREADY_EXISTS` or `REGISTER_INVALID_PASSWORD`"),
    403: errorResponse("Registration is closed: `REGISTRATION_CLOSED`"),
    502: errorResponse("Firebase, where it keeps people, does not answer: `FIREBASE_ERROR`"),
    503: errorResponse("Tokens cannot be signed until the operator sets a safe key"),
  },
});

signInRouter.openapi(registerRoute, async (c) => {
  const { ctx } = c.var;
  await requireRegistration(ctx, c.req.raw);
  const { user, refusal } = await registerUser(ctx, c.req.valid("json"));
  if (user) return c.json(renderUser(user), 201);
  if (refusal.kind === "bad-password") throw badPassword("REGISTER_INVALID_PASSWORD", refusal.reason);
  throw badRequest("REGISTER_USER_ALREADY_EXISTS", "REGISTER_USER_ALREADY_EXISTS");
});

/** The OAuth2 password form (RFC 6749, 4.3.2): other fields of it are accepted and ignored. */
const loginForm = {
  content: {
    "application/x-www-form-urlencoded": {
      schema: z
        .object({
          username: z.string().min(1).max(254).openapi({ example: "user@example.com", description: "E-mail address" }),
          password: passwordSchema,
          grant_type: z.string().optional().openapi({ example: "password", description: "Ignored" }),
        })
        .openapi("LoginForm"),
    },
  },
};

const loginErrors = {
  400: errorResponse("Wrong address or password, or a blocked user: `LOGIN_BAD_CREDENTIALS`"),
  502: errorResponse("Firebase, where it keeps people, does not answer: `FIREBASE_ERROR`"),
  503: errorResponse("Tokens cannot be signed until the operator sets a safe key"),
};

const loginRoute = defineRoute({
  method: "post",
  path: "/auth/jwt/login",
  summary: "Sign in by form and get a bearer token",
  tags,
  access: "public",
  rateLimit: "login",
  request: { body: loginForm },
  responses: {
    200: jsonResponse("Signed in", bearerSchema),
    ...loginErrors,
  },
});

signInRouter.openapi(loginRoute, async (c) => {
  const { username: email, password } = c.req.valid("form");
  const found = await findActiveUserByLogin(c.var.ctx, { email, password });
  return c.json(await openSession(c.var.ctx, found), 200);
});

const logoutRoute = defineRoute({
  method: "post",
  path: "/auth/jwt/logout",
  summary: "Sign out everywhere",
  tags,
  access: "account",
  responses: { 204: { description: "Every session has ended" } },
});

signInRouter.openapi(logoutRoute, async (c) => {
  await endOwnSessions(c.var.ctx);
  return c.body(null, 204);
});

const cookieLoginRoute = defineRoute({
  method: "post",
  path: "/auth/cookie/login",
  summary: "Sign in by form and get a session cookie",
  tags,
  access: "public",
  rateLimit: "login",
  request: { body: loginForm },
  responses: {
    204: { description: "Signed in; `Set-Cookie` carries the session" },
    403: errorResponse("Sent by a page of another site: `ORIGIN_MISMATCH`"),
    ...loginErrors,
  },
});

signInRouter.openapi(cookieLoginRoute, async (c) => {
  const { ctx } = c.var;
  refuseOtherOrigins(c.req.raw);
  const { username: email, password } = c.req.valid("form");
  const { access_token } = await openSession(ctx, await findActiveUserByLogin(ctx, { email, password }));
  c.header("Set-Cookie", writeSessionCookie(ctx, c.req.raw, access_token));
  return c.body(null, 204);
});

const cookieLogoutRoute = defineRoute({
  method: "post",
  path: "/auth/cookie/logout",
  summary: "End the session and drop its cookie",
  tags,
  access: "account",
  responses: { 204: { description: "Every session has ended; `Set-Cookie` removes the cookie" } },
});

signInRouter.openapi(cookieLogoutRoute, async (c) => {
  await endOwnSessions(c.var.ctx);
  c.header("Set-Cookie", clearSessionCookie(c.var.ctx, c.req.raw));
  return c.body(null, 204);
});
