import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { jobSchema } from "../jobs/jobs.routes.ts";
import { renderJob } from "../jobs/render.ts";
import { startJob } from "../jobs/start.ts";
import { describeKeys } from "./keys.ts";
import { rotateVaultJob } from "./rotate.job.ts";

const vaultSchema = z
  .object({
    current_version: z.number().int().openapi({ example: 2, description: "Version of the key that seals" }),
    keys: z.array(
      z.object({
        version: z.number().int().openapi({ example: 2 }),
        configured: z.boolean().openapi({ example: true, description: "Whether `VAULT_KEYS` holds it" }),
        secrets: z.number().int().openapi({ example: 12, description: "Secrets it seals" }),
      }),
    ),
  })
  .openapi("Vault");

const noKeysResponse = { 503: errorResponse("`VAULT_KEYS` is missing or malformed") };

export const vaultRouter = createRouter();

const showRoute = defineRoute({
  method: "get",
  path: "/admin/vault",
  summary: "Show the vault's key versions and how many secrets each seals",
  tags: ["Administration"],
  access: "admin",
  responses: {
    200: { description: "Key versions, newest first", content: { "application/json": { schema: vaultSchema } } },
    ...noKeysResponse,
  },
});

vaultRouter.openapi(showRoute, async (c) => c.json(await describeKeys(c.var.ctx), 200));

const rotateRoute = defineRoute({
  method: "post",
  path: "/admin/vault/rotate",
  summary: "Seal every secret under the current key",
  description: "Its job's results name the keys that nothing needs any more; take them out of `VAULT_KEYS` then.",
  tags: ["Administration"],
  access: "admin",
  audit: { entity_type: "vault", action: "update" },
  idempotent: true,
  responses: {
    202: { description: "The job", content: { "application/json": { schema: jobSchema } } },
    409: errorResponse("A rotation is under way"),
    ...noKeysResponse,
  },
});

vaultRouter.openapi(rotateRoute, async (c) => {
  const { ctx } = c.var;
  ctx.vault.currentVersion();
  const job = await startJob(ctx, rotateVaultJob, {}, { subject: rotateVaultJob.type });
  return c.json(renderJob(job), 202);
});
