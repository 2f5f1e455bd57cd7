import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { grantSchema } from "./file.schema.ts";
import {
  explainAccess,
  grantFile,
  grantInstrument,
  readFileGrants,
  readInstrumentAccess,
  revokeFileGrant,
  revokeInstrument,
} from "./grants.ts";
import { idParam, time, userIdSchema, uuid } from "./request.schema.ts";

/** Who sees which files. */
export const grantsRouter = createRouter();

const shared = { tags: ["Access to files"], access: "admin" as const };
const noFile = { 404: errorResponse("File not found") };
const noInstrument = { 404: errorResponse("Instrument not found, or User not found") };
const userParam = idParam.extend({ user_id: userIdSchema });

const listRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/files/{id}/access",
  summary: "List who was granted a file",
  request: { params: idParam },
  responses: { 200: jsonResponse("Grants of this file alone", z.array(grantSchema)), ...noFile },
});

grantsRouter.openapi(listRoute, async (c) => c.json(await readFileGrants(c.var.ctx, c.req.valid("param").id), 200));

const grantRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/api/files/{id}/access",
  summary: "Grant a file to a user, group or project",
  request: {
    params: idParam,
    body: jsonBody(grantSchema.pick({ grantee_type: true, grantee_id: true }).openapi("FileGrantInput")),
  },
  responses: { 201: jsonResponse("Granted; the same grant when it was before", grantSchema), ...noFile },
});

grantsRouter.openapi(grantRoute, async (c) =>
  c.json(await grantFile(c.var.ctx, c.req.valid("param").id, c.req.valid("json")), 201),
);

const explainRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/files/{id}/access/explain",
  summary: "Say why a user sees a file",
  request: { params: idParam, query: z.object({ user: userIdSchema }) },
  responses: {
    200: jsonResponse(
      "Every reason there is",
      z
        .object({
          file_id: uuid,
          user_id: userIdSchema,
          blocked: z.boolean().openapi({ description: "Whether the account is blocked", example: false }),
          allowed: z.boolean().openapi({ example: true }),
          reasons: z
            .array(z.enum(["admin", "owner", "instrument_access", "user_grant", "group_grant", "project_grant"]))
            .openapi({ example: ["group_grant"] }),
        })
        .openapi("AccessExplanation"),
    ),
    404: errorResponse("File not found, or User not found"),
  },
});

grantsRouter.openapi(explainRoute, async (c) =>
  c.json(await explainAccess(c.var.ctx, c.req.valid("param").id, c.req.valid("query").user), 200),
);

const revokeRoute = defineRoute({
  ...shared,
  method: "delete",
  path: "/api/files/{id}/access/{grant_id}",
  summary: "Take a grant of a file back",
  request: { params: idParam.extend({ grant_id: uuid.openapi({ description: "Id of the grant" }) }) },
  responses: { 204: { description: "Taken back" }, 404: errorResponse("File not found, or Grant not found") },
});

grantsRouter.openapi(revokeRoute, async (c) => {
  const { id, grant_id } = c.req.valid("param");
  await revokeFileGrant(c.var.ctx, id, grant_id);
  return c.body(null, 204);
});

const accessSchema = z
  .object({
    instrument_id: uuid,
    user_id: userIdSchema,
    email: z.string().openapi({ example: "user@example.com" }),
    granted_at: time,
  })
  .openapi("InstrumentAccess");

const listAccessRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/instruments/{id}/access",
  summary: "List who sees all files of an instrument",
  request: { params: idParam },
  responses: { 200: jsonResponse("Users", z.array(accessSchema)), 404: errorResponse("Instrument not found") },
});

grantsRouter.openapi(listAccessRoute, async (c) =>
  c.json(await readInstrumentAccess(c.var.ctx, c.req.valid("param").id), 200),
);

const putAccessRoute = defineRoute({
  ...shared,
  method: "put",
  path: "/api/instruments/{id}/access/{user_id}",
  summary: "Let a user see all files of an instrument",
  request: { params: userParam },
  responses: { 200: jsonResponse("The user sees them", accessSchema), ...noInstrument },
});

grantsRouter.openapi(putAccessRoute, async (c) => {
  const { id, user_id } = c.req.valid("param");
  return c.json(await grantInstrument(c.var.ctx, id, user_id), 200);
});

const deleteAccessRoute = defineRoute({
  ...shared,
  method: "delete",
  path: "/api/instruments/{id}/access/{user_id}",
  summary: "No longer let a user see all files of an instrument",
  request: { params: userParam },
  responses: { 204: { description: "Taken back" }, 404: errorResponse("Instrument not found, or Access not found") },
});

grantsRouter.openapi(deleteAccessRoute, async (c) => {
  const { id, user_id } = c.req.valid("param");
  await revokeInstrument(c.var.ctx, id, user_id);
  return c.body(null, 204);
});
