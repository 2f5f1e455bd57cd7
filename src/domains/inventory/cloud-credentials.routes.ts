import { z } from "@hono/zod-openapi";
import { cloudProviders } from "../../connectors/clouds/artifact.ts";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { getCredentials, listCredentials, removeCredentials, storeCredentials } from "./cloud-credentials.ts";
import { checkPermissions } from "./permission-check.ts";

const provider = cloudProviders.openapi({ description: "The cloud", example: "aws" });
const account = z
  .string()
  .max(128)
  .openapi({ description: "Account, subscription or project", example: "123456789012" });
const time = z.string().openapi({ example: "2024-01-15T10:30:00Z" });
const address = z.object({ provider, account });

const storedSchema = z
  .object({
    provider,
    account,
    credentials: z.record(z.string(), z.unknown()).openapi({
      description: "What is no secret; secrets are shown as `****`",
      example: { access_key_id: "AKIAIOSFODNN7EXAMPLE", secret_access_key: "****" },
    }),
    created_at: time,
    updated_at: time,
  })
  .openapi("CloudCredentials");

const inputSchema = z
  .record(z.string().max(64), z.union([z.string().max(32_768), z.record(z.string(), z.unknown())]))
  .openapi("CloudCredentialsInput", {
    description:
      "`access_key_id`, `secret_access_key`, and where needed `session_token`, `role_arn`, `external_id` for AWS; `tenant_id`, `client_id`, `client_secret` for Azure; `service_account`, the JSON key, for Google. `****` keeps what is stored.",
    example: { access_key_id: "AKIAIOSFODNN7EXAMPLE", secret_access_key: "the secret" },
  });

const shared = { tags: ["Cloud credentials"], rateLimit: "inventory" as const, envelope: true };
const read = { domain: "inventory", action: "read" } as const;
const write = { domain: "inventory", action: "write" } as const;
const missing = { 404: errorResponse("No credentials for this account") };

export const cloudCredentialsRouter = createRouter();

const listRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/extraction/credentials",
  summary: "List the accounts whose credentials are stored",
  access: read,
  responses: {
    200: jsonResponse(
      "The accounts, without secrets",
      z.object({ accounts: z.array(storedSchema), total: z.int().openapi({ example: 1 }) }),
    ),
  },
});

cloudCredentialsRouter.openapi(listRoute, async (c) => {
  const accounts = await listCredentials(c.var.ctx);
  return c.json({ accounts, total: accounts.length }, 200);
});

const getRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/extraction/credentials/{provider}/{account}",
  summary: "Show an account's credentials, without secrets",
  access: read,
  request: { params: address },
  responses: { 200: jsonResponse("The account", storedSchema), ...missing },
});

cloudCredentialsRouter.openapi(getRoute, async (c) =>
  c.json(await getCredentials(c.var.ctx, c.req.valid("param")), 200),
);

const putRoute = defineRoute({
  ...shared,
  method: "put",
  path: "/extraction/credentials/{provider}/{account}",
  summary: "Store an account's credentials in the vault",
  access: write,
  audit: { entity_type: "cloud_credential", action: "update", names: ["provider", "account"] },
  request: { params: address, body: jsonBody(inputSchema) },
  responses: { 200: jsonResponse("The account, without secrets", storedSchema) },
});

cloudCredentialsRouter.openapi(putRoute, async (c) =>
  c.json(await storeCredentials(c.var.ctx, c.req.valid("param"), c.req.valid("json")), 200),
);

const deleteRoute = defineRoute({
  ...shared,
  method: "delete",
  path: "/extraction/credentials/{provider}/{account}",
  summary: "Delete an account's credentials; what was extracted stays",
  access: write,
  audit: { entity_type: "cloud_credential", action: "delete", names: ["provider", "account"] },
  request: { params: address },
  responses: {
    200: jsonResponse("They are gone", z.object({ message: z.literal("Credentials deleted successfully") })),
    ...missing,
  },
});

cloudCredentialsRouter.openapi(deleteRoute, async (c) => {
  await removeCredentials(c.var.ctx, c.req.valid("param"));
  return c.json({ message: "Credentials deleted successfully" as const }, 200);
});

const checkRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/extraction/credentials/{provider}/{account}/check",
  summary: "Try an account's credentials and say which permissions are missing",
  access: write,
  request: { params: address },
  responses: {
    200: jsonResponse(
      "What could be read",
      z.object({
        provider,
        account,
        identity: z.string().nullable().openapi({ description: "As the cloud says", example: "123456789012" }),
        ok: z.boolean().openapi({ example: false }),
        error: z.string().nullable().openapi({ description: "Why nothing could be tried", example: null }),
        services: z.array(z.object({ service: z.string(), ok: z.boolean(), missing: z.array(z.string()) })).openapi({
          example: [{ service: "kms", ok: false, missing: ["ListKeys: AccessDeniedException"] }],
        }),
      }),
    ),
    ...missing,
  },
});

cloudCredentialsRouter.openapi(checkRoute, async (c) => {
  const { provider: cloud, account: name } = c.req.valid("param");
  return c.json(await checkPermissions(c.var.ctx, cloud, name), 200);
});
