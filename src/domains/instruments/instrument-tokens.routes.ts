import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { createInstrumentToken, readInstrumentTokens, revokeInstrumentToken } from "./instrument-tokens.ts";
import { idParam, line, time, uuid } from "./request.schema.ts";

/** Tokens by which an instrument's computer delivers files. */
export const instrumentTokensRouter = createRouter();

const shared = { tags: ["Instruments"], access: "admin" as const };
const missing = { 404: errorResponse("Instrument not found") };
const name = line(255).openapi({ description: "For people", example: "Acquisition PC" });
const tokenSchema = z
  .object({
    id: uuid,
    instrument_id: uuid,
    name,
    created_at: time,
    last_used_at: time.nullable(),
    revoked_at: time.nullable().openapi({ example: null }),
  })
  .openapi("InstrumentToken");

const listRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/instruments/{id}/tokens",
  summary: "List the tokens of an instrument",
  request: { params: idParam },
  responses: { 200: jsonResponse("Without the tokens themselves", z.array(tokenSchema)), ...missing },
});

instrumentTokensRouter.openapi(listRoute, async (c) =>
  c.json(await readInstrumentTokens(c.var.ctx, c.req.valid("param").id), 200),
);

const createRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/api/instruments/{id}/tokens",
  summary: "Create a token by which an instrument's computer delivers files",
  request: { params: idParam, body: jsonBody(z.object({ name }).openapi("InstrumentTokenInput")) },
  responses: {
    201: jsonResponse(
      "The token, which is shown this once",
      tokenSchema
        .extend({
          token: z.string().openapi({ description: "The password under `/dav/{instrument}/`", example: "cit_…" }),
        })
        .openapi("NewInstrumentToken"),
    ),
    ...missing,
  },
});

instrumentTokensRouter.openapi(createRoute, async (c) =>
  c.json(await createInstrumentToken(c.var.ctx, c.req.valid("param").id, c.req.valid("json").name), 201),
);

const revokeRoute = defineRoute({
  ...shared,
  method: "delete",
  path: "/api/instruments/{id}/tokens/{token_id}",
  summary: "Revoke a token of an instrument",
  request: { params: idParam.extend({ token_id: uuid.openapi({ description: "Id of the token" }) }) },
  responses: { 204: { description: "Revoked" }, 404: errorResponse("Token not found") },
});

instrumentTokensRouter.openapi(revokeRoute, async (c) => {
  const { id, token_id } = c.req.valid("param");
  await revokeInstrumentToken(c.var.ctx, id, token_id);
  return c.body(null, 204);
});
