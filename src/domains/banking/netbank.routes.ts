import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { removeBankLogin, storeBankLogin } from "./bank-login.ts";
import { describeBanks } from "./banks.ts";

const tags = ["Bank logins"];

/** What a person's runs need to sign in at their bank; nothing of it is ever answered. */
export const netbankRouter = createRouter();

const banksRoute = defineRoute({
  method: "get",
  path: "/netbank/banks",
  summary: "List the banks that can be collected from",
  tags,
  access: "account",
  responses: {
    200: jsonResponse(
      "The banks",
      z.object({
        banks: z.array(
          z
            .object({
              id: z.string().openapi({ example: "demo-bank" }),
              name: z.string().openapi({ example: "Demo Bank" }),
              runner: z.enum(["http", "browser"]).openapi({ example: "http" }),
              available: z.boolean().openapi({ description: "Whether a run can reach its end here", example: true }),
              is_default: z.boolean().openapi({ description: "Of logins that name no bank", example: false }),
            })
            .openapi("Bank"),
        ),
      }),
    ),
  },
});

netbankRouter.openapi(banksRoute, (c) => c.json({ banks: describeBanks(c.var.ctx) }, 200));

const credentialsSchema = z
  .strictObject({
    username: z.string().min(1).max(128).openapi({ example: "demo" }),
    account_number: z.string().min(1).max(64).openapi({ example: "11111111-22222222" }),
    password: z.string().min(1).max(256).openapi({ example: "securepassword" }),
    bank: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .openapi({ description: "Id of the bank; DEFAULT_BANK without one", example: "demo-bank" }),
  })
  .openapi("BankCredentials");

const storeRoute = defineRoute({
  method: "post",
  path: "/netbank/credentials",
  summary: "Store the login at a bank",
  description: "Replaces the one before. It is sealed, and no route ever returns it.",
  tags,
  access: "account",
  audit: { entity_type: "bank_login", action: "update" },
  request: { body: jsonBody(credentialsSchema) },
  responses: {
    201: jsonResponse("Stored", z.object({ status: z.literal("ok").openapi({ example: "ok" }) })),
    500: errorResponse("Failed to save credentials: `STORAGE_ERROR`"),
  },
});

netbankRouter.openapi(storeRoute, async (c) => {
  await storeBankLogin(c.var.ctx, c.req.valid("json"));
  return c.json({ status: "ok" as const }, 201);
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/netbank/credentials",
  summary: "Remove the stored login",
  tags,
  access: "account",
  audit: { entity_type: "bank_login", action: "delete" },
  responses: { 204: { description: "Removed" }, 404: errorResponse("Credentials not found") },
});

netbankRouter.openapi(deleteRoute, async (c) => {
  await removeBankLogin(c.var.ctx);
  return c.body(null, 204);
});
