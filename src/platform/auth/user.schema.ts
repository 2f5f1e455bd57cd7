import { z } from "@hono/zod-openapi";
import { domainNames } from "../../config.ts";
import type { UserRow } from "./user.store.ts";

/** As browsers judge an address (HTML, "valid e-mail address"), so that `admin@localhost` may sign in. */
export const emailSchema = z
  .email({ pattern: z.regexes.html5Email })
  .max(254)
  .openapi({ example: "user@example.com", description: "E-mail address; upper and lower case are the same" });

export const passwordSchema = z
  .string()
  .min(1)
  .max(256)
  .openapi({ example: "securepassword", description: "1 to 256 characters; a new one needs at least 8" });

export const loginSchema = z.object({ email: emailSchema, password: passwordSchema }).openapi("Login");

const bearerToken = {
  access_token: z.string().openapi({ example: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIuLi4ifQ.c2ln" }),
  token_type: z.literal("bearer").openapi({ example: "bearer" }),
  refresh_token: z.string().optional().openapi({
    example: "AMf-vBxL2mQ9",
    description: "Where Firebase keeps people: for `POST /user/refresh`, or Firebase's own SDK",
  }),
  expires_in: z.number().optional().openapi({ example: 3600, description: "Seconds; beside a `refresh_token`" }),
};

export const bearerSchema = z.object(bearerToken).openapi("BearerToken");

export const loginAnswerSchema = z
  .object({ ...bearerToken, message: z.string().openapi({ example: "Login successful" }) })
  .openapi("LoginAnswer");

export const registrationAnswerSchema = z
  .object({
    ...bearerToken,
    user_id: z.string().openapi({ example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" }),
    message: z.string().openapi({ example: "Registration successful" }),
  })
  .openapi("RegistrationAnswer");

const roleSchema = z.enum(["admin", "user"]).openapi({ example: "user" });

/** The user as the instruments document shows one. */
export const userSchema = z
  .object({
    id: z.string().openapi({ example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" }),
    email: z.string().openapi({ example: "user@example.com" }),
    is_active: z.boolean().openapi({ example: true }),
    is_superuser: z.boolean().openapi({ example: false }),
    is_verified: z.boolean().openapi({ example: false }),
    role: roleSchema,
    deleted_at: z.null().openapi({ example: null, description: "Always null: deleted users are gone" }),
  })
  .openapi("User");

export const renderUser = (user: UserRow): z.infer<typeof userSchema> => ({
  id: user.id,
  email: user.email,
  is_active: user.blocked_at === null,
  is_superuser: user.role === "admin",
  is_verified: user.is_verified,
  role: user.role,
  deleted_at: null,
});

/** Banking is everyone's own and cannot be granted. */
export const grantsSchema = z
  .partialRecord(domainNames.exclude(["banking"]), z.enum(["read", "write"]))
  .openapi({ example: { inventory: "read" }, description: "Domain to `read` or `write`; `write` includes reading" });

/** The user as an admin manages one. */
export const managedUserSchema = z
  .object({
    id: z.string().openapi({ example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" }),
    email: z.string().openapi({ example: "user@example.com" }),
    role: roleSchema,
    grants: grantsSchema,
    blocked: z.boolean().openapi({ example: false }),
    is_verified: z.boolean().openapi({ example: true }),
    created_at: z.string().openapi({ example: "2025-01-01T12:00:00.000Z" }),
  })
  .openapi("ManagedUser");

export const renderManagedUser = (user: UserRow): z.infer<typeof managedUserSchema> => ({
  id: user.id,
  email: user.email,
  role: user.role,
  grants: user.grants,
  blocked: user.blocked_at !== null,
  is_verified: user.is_verified,
  created_at: new Date(user.created_at).toISOString(),
});

export const newUserSchema = z
  .strictObject({
    email: emailSchema,
    password: passwordSchema.optional().openapi({
      description: "Left out, the person is mailed a link to choose one",
      example: "securepassword",
    }),
    role: roleSchema.default("user"),
    grants: grantsSchema.default({}),
  })
  .openapi("NewUser");

export const userRightsSchema = z
  .strictObject({
    role: roleSchema.optional(),
    grants: grantsSchema.optional(),
    blocked: z.boolean().optional().openapi({ example: true, description: "Blocking ends every session" }),
  })
  .openapi("UserRights");

/** Paging as both administrative lists take it. */
export const pageSchema = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50).openapi({ description: "Entries per page", example: 50 }),
  cursor: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .openapi({ description: "`next_cursor` of the page before", example: 51 }),
});
