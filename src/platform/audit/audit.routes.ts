import { z } from "@hono/zod-openapi";
import { answerList, listQuery, listSchema } from "../http/list-page.ts";
import { jsonResponse } from "../http/json.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { isoTime } from "../jobs/render.ts";
import { AUDIT_PAGE_ROWS, readAudit } from "./audit.ts";
import type { AuditRow } from "./audit.store.ts";
import { AUDIT_ACTIONS } from "./actions.ts";
import { verifyAudit } from "./verify.ts";

/** Who changed what. */
export const auditRouter = createRouter();

const action = z.enum(AUDIT_ACTIONS).openapi({ example: "update" });
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
    client_address: z
      .string()
      .nullable()
      .openapi({ description: "Null where no request was made, or no proxy names the client", example: "203.0.113.7" }),
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

const renderEntry = (row: AuditRow) => {
  const { number: _n, previous_hash: _p, content_hash: _c, hash: _h, erased_at: _e, ...entry } = row;
  return { ...entry, created_at: isoTime(row.created_at) ?? "" };
};

const hash = z.string().openapi({ example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" });

const verificationSchema = z
  .object({
    intact: z.boolean().openapi({ example: true }),
    checked: z.int().openapi({ description: "Rows of this page", example: 1000 }),
    problems: z.array(
      z.object({
        number: z.int().openapi({ description: "Place in the chain", example: 42 }),
        id: z.string().nullable().openapi({ description: "Null for a row that is gone", example: null }),
        problem: z.string().openapi({ example: "was removed" }),
      }),
    ),
    erased: z.array(z.int()).openapi({
      description: "Rows out of which somebody who has left was taken: their place is proven, not their content",
      example: [],
    }),
    unsealed: z.int().openapi({ description: "Rows that are in no chain yet; the next tick seals them", example: 0 }),
    purged_up_to: z.int().openapi({ description: "Last row that went by its retention", example: 0 }),
    head: z
      .object({ number: z.int().openapi({ example: 1042 }), hash })
      .openapi({ description: "End of the chain; note it elsewhere, and no earlier row can be changed unnoticed" }),
    last: z
      .object({ number: z.int().openapi({ example: 1000 }), hash })
      .nullable()
      .openapi({ description: "Last row of this page, to compare with a head that was noted; null without rows" }),
    next_after: z.int().nullable().openapi({ description: "`after` of the next page; null at the end", example: null }),
  })
  .openapi("AuditVerification");

const verifyRoute = defineRoute({
  method: "get",
  path: "/admin/audit/verify",
  summary: "Verify that no row of the audit was changed, removed, inserted or moved",
  description:
    "Each row has the hash of its content and of the row before it. Ask for page after page until `next_after` is null.",
  tags: ["Administration"],
  access: "admin",
  request: {
    query: z.object({
      after: z.coerce.number().int().min(0).default(0).openapi({ description: "Go on after this row", example: 0 }),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(1000)
        .default(1000)
        .openapi({ description: "Rows of a page", example: 1000 }),
    }),
  },
  responses: { 200: jsonResponse("What was found", verificationSchema) },
});

auditRouter.openapi(verifyRoute, async (c) => c.json(await verifyAudit(c.var.ctx, c.req.valid("query")), 200));
