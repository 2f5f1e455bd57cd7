import { z } from "@hono/zod-openapi";
import { answerList, listQuery, listSchema } from "../http/list-page.ts";
import { jsonResponse } from "../http/json.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { isoTime } from "../jobs/render.ts";
import { AUDIT_PAGE_ROWS, readAudit } from "./audit.ts";
import type { AuditRow } from "./audit.store.ts";

/** Who changed what. */
export const auditRouter = createRouter();

const action = z.enum(["create", "update", "delete", "restore"]).openapi({ example: "update" });
const time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .openapi({ type: "string", example: "2025-01-01T12:00:00Z" });

const entrySchema = z
  .object({
    id: z.string().openapi({ example: "5f0f6a3e-0c5b-4c86-9a4f-6f2d9c1d7e11" }),
    entity_type: z.string().openapi({ example: "instrument" }),
    entity_id: z.string().openapi({ example: "0b9a2b9e-1f5e-4df4-8f8e-0d4f6c1e2a33" }),
    action,
    actor_id: z
      .string()
      .nullable()
      .openapi({ description: "Null for the platform itself", example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" }),
    actor_email: z.string().nullable().openapi({ example: "admin@example.org" }),
    changes: z
      .record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }))
      .openapi({ example: { name: { before: "Microscope", after: "Microscope 1" } } }),
    created_at: z.string().openapi({ example: "2025-01-01T12:00:00Z" }),
  })
  .openapi("AuditEntry");

const listRoute = defineRoute({
  method: "get",
  path: "/api/admin/audit-logs",
  summary: "List changes, newest first",
  tags: ["Administration"],
  access: "admin",
  request: {
    query: listQuery(AUDIT_PAGE_ROWS).extend({
      entity_type: z.string().max(64).optional().openapi({ description: "Only of this kind", example: "instrument" }),
      entity_id: z.string().max(64).optional().openapi({ description: "Only of this one" }),
      action: action.optional().openapi({ description: "Only this kind of change" }),
      actor_id: z.string().max(64).optional().openapi({ description: "Only by this user" }),
      since: time.optional().openapi({ description: "Not before" }),
      until: time.optional().openapi({ description: "Not after" }),
    }),
  },
  responses: {
    200: jsonResponse("Changes with the values before and after; secrets are ***", listSchema(entrySchema)),
  },
});

auditRouter.openapi(listRoute, async (c) => {
  const { skip, limit, cursor, ...filter } = c.req.valid("query");
  const page = await readAudit(c.var.ctx, filter, { skip, limit, cursor });
  const { body, headers } = answerList(c.req.url, page, renderEntry);
  return c.json(body, 200, headers);
});

const renderEntry = (row: AuditRow) => ({ ...row, created_at: isoTime(row.created_at) ?? "" });
