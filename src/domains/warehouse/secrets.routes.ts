import { z } from "@hono/zod-openapi";
import { notFound } from "../../errors.ts";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { enableWaitingSources } from "./default-sources.ts";
import { removeSecret, storeSecret } from "./secrets.ts";

const write = { domain: "warehouse", action: "write" } as const;
const params = z.object({
  name: z.string().max(128).openapi({ description: "As a config's `*_env` key says", example: "STRIPE_API_KEY" }),
});
const stored = z.object({
  name: z.string().openapi({ example: "STRIPE_API_KEY" }),
  value: z.literal("****"),
});

export const secretsRouter = createRouter();

const putRoute = defineRoute({
  method: "put",
  path: "/secrets/{name}",
  summary: "Store a secret that sources name",
  tags: ["Warehouse sources"],
  access: write,
  audit: { entity_type: "secret", action: "update", names: ["name"] },
  request: {
    params,
    body: jsonBody(
      z.object({ value: z.string().min(1).max(32_768).openapi({ description: "The secret", example: "a secret" }) }),
    ),
  },
  responses: { 200: jsonResponse("It is sealed", stored) },
});

secretsRouter.openapi(putRoute, async (c) => {
  const { name } = c.req.valid("param");
  await storeSecret(c.var.ctx, name, c.req.valid("json").value);
  await enableWaitingSources(c.var.ctx);
  return c.json({ name, value: "****" as const }, 200);
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/secrets/{name}",
  summary: "Forget a secret that sources name",
  tags: ["Warehouse sources"],
  access: write,
  audit: { entity_type: "secret", action: "delete", names: ["name"] },
  request: { params },
  responses: {
    200: jsonResponse("It is gone", z.object({ message: z.string().openapi({ example: "Secret deleted" }) })),
    404: errorResponse("No such secret in the vault"),
  },
});

secretsRouter.openapi(deleteRoute, async (c) => {
  const { name } = c.req.valid("param");
  if (!(await removeSecret(c.var.ctx, name))) throw notFound(`No secret ${name} is stored`);
  return c.json({ message: "Secret deleted" }, 200);
});
