import { and, count, desc, eq, gte, lt, lte, or } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { ListWindow } from "../http/list-page.ts";
import type { AuditAction } from "./actions.ts";
import { auditLog } from "./tables.ts";

export type AuditRow = typeof auditLog.$inferSelect;

export interface AuditFilter {
  entity_type?: string | undefined;
  entity_id?: string | undefined;
  action?: AuditAction | undefined;
  actor_id?: string | undefined;
  /** Ms, both inclusive. */
  since?: number | undefined;
  until?: number | undefined;
}

export const insertAudit = (db: Database, row: typeof auditLog.$inferInsert) => db.insert(auditLog).values(row);

/** Newest first. */
export function listAudit(db: Database, filter: AuditFilter, { skip, limit, after }: ListWindow) {
  const { created_at, id } = auditLog;
  const beyond = after && or(lt(created_at, after.time), and(eq(created_at, after.time), lt(id, after.id)));
  return db
    .select()
    .from(auditLog)
    .where(and(matches(filter), beyond ?? undefined))
    .orderBy(desc(created_at), desc(id))
    .limit(limit)
    .offset(skip);
}

export const countAudit = (db: Database, filter: AuditFilter) =>
  db.select({ total: count() }).from(auditLog).where(matches(filter));

function matches({ entity_type, entity_id, action, actor_id, since, until }: AuditFilter) {
  return and(
    entity_type === undefined ? undefined : eq(auditLog.entity_type, entity_type),
    entity_id === undefined ? undefined : eq(auditLog.entity_id, entity_id),
    action === undefined ? undefined : eq(auditLog.action, action),
    actor_id === undefined ? undefined : eq(auditLog.actor_id, actor_id),
    since === undefined ? undefined : gte(auditLog.created_at, since),
    until === undefined ? undefined : lte(auditLog.created_at, until),
  );
}
