import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import type { ApiTokenRow } from "./api-token.store.ts";
import { createApiToken, listApiTokens, LONGEST_DAYS, revokeApiToken } from "./api-tokens.ts";
import { pageSchema } from "./user.schema.ts";

/** Static API tokens as admins manage them. */
export const adminTokensRouter = createRouter();

const tags = ["Administration"];

const scopeSchema = z
  .enum([
    "market-data",
    "market-data:read",
    "market-data:write",
    "inventory",
    "inventory:read",
    "inventory:write",
    "warehouse",
    "warehouse:read",
    "warehouse:write",
    "metrics",
  ])
  .openapi({ example: "inventory", description: "A domain, or one action in it; the domain alone means both" });

export type TokenScope = z.infer<typeof scopeSchema>;

const tokenSchema = z
  .object({
    id: z.string().openapi({ example: "8a3a0c52-6f0b-4a57-9e52-5d3a1c5b7c11" }),
    name: z.string().openapi({ example: "nightly inventory" }),
    scope: z.array(z.string()).openapi({ example: ["inventory"] }),
    expires_at: z.string().openapi({ example: "2026-01-01T12:00:00.000Z" }),
    revoked_at: z.string().nullable().openapi({ example: null }),
    created_by: z.string().nullable().openapi({ example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" }),
    created_at: z.string().openapi({ example: "2025-01-01T12:00:00.000Z" }),
  })
  .openapi("ApiToken");

const renderToken = (row: ApiTokenRow): z.infer<typeof tokenSchema> => ({
  ...row,
  expires_at: new Date(row.expires_at).toISOString(),
  revoked_at: row.revoked_at === null ? null : new Date(row.revoked_at).toISOString(),
  created_at: new Date(row.created_at).toISOString(),
});

const listRoute = defineRoute({
  method: "get",
  path: "/admin/tokens",
  summary: "List API tokens, newest first",
  tags,
  access: "admin",
  request: { query: pageSchema },
  responses: {
    200: {
      description: "One page of tokens, without the tokens themselves",
      content: {
        "application/json": {
          schema: z
            .object({
              tokens: z.array(tokenSchema),
              total: z.number().int().openapi({ example: 3, description: "All tokens, not this page" }),
              next_cursor: z.string().nullable().openapi({ example: null, description: "Null on the last page" }),
            })
            .openapi("ApiTokenPage"),
        },
      },
    },
  },
});

adminTokensRouter.openapi(listRoute, async (c) => {
  const page = await listApiTokens(c.var.ctx, c.req.valid("query"));
  return c.json({ ...page, tokens: page.tokens.map(renderToken) }, 200);
});

const createRoute = defineRoute({
  method: "post",
  path: "/admin/tokens",
  summary: "Make an API token, which is shown this once",
  tags,
  access: "admin",
  request: {
    body: {
      content: {
        "application/json": {
          schema: z
            .strictObject({
              name: z.string().min(1).max(100).openapi({ example: "nightly inventory" }),
              scope: z
                .array(scopeSchema)
                .min(1)
                .openapi({ example: ["inventory"] }),
              days: z
                .number()
                .int()
                .min(1)
                .max(LONGEST_DAYS)
                .default(365)
                .openapi({ example: 365, description: "Days until it expires" }),
            })
            .openapi("NewApiToken"),
        },
      },
    },
  },
  responses: {
    201: {
      description: "The token and what is kept of it",
      content: {
        "application/json": {
          schema: tokenSchema
            .extend({
              token: z.string().openapi({ example: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhcGkiOiJhIn0.c2ln" }),
            })
            .openapi("CreatedApiToken"),
        },
      },
    },
    503: errorResponse("Tokens cannot be signed until the operator sets a safe key"),
  },
});

adminTokensRouter.openapi(createRoute, async (c) => {
  const { row, token } = await createApiToken(c.var.ctx, c.req.valid("json"));
  return c.json({ ...renderToken(row), token }, 201);
});

const revokeRoute = defineRoute({
  method: "delete",
  path: "/admin/tokens/{id}",
  summary: "Revoke an API token, also one made by `npm run token`",
  tags,
  access: "admin",
  request: {
    params: z.object({
      id: z
        .string()
        .regex(/^[\w-]{1,64}$/)
        .openapi({ description: "The token's id, its `jti`", example: "8a3a0c52-6f0b-4a57-9e52-5d3a1c5b7c11" }),
    }),
  },
  responses: { 204: { description: "The token is refused from now on" } },
});

adminTokensRouter.openapi(revokeRoute, async (c) => {
  await revokeApiToken(c.var.ctx, c.req.valid("param").id);
  return c.body(null, 204);
});
