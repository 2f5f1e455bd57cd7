import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../context.ts";
import { auditLog } from "./audit/tables.ts";
import { apiTokens, mailedTokens } from "./auth/tables.ts";
import { credentials } from "./credentials/tables.ts";
import { socketTickets } from "./events/tables.ts";
import { idempotencyKeys } from "./http/tables.ts";
import { eraseSchedulesOf } from "./schedules/schedule.store.ts";

/** For one batch: what the platform's small tables have of a person; tokens that they made for others go on. */
export function eraseRecordsOf(db: Database, id: string, principal: string) {
  return [
    db.delete(mailedTokens).where(eq(mailedTokens.user_id, id)),
    db.delete(credentials).where(eq(credentials.owner, id)),
    db.delete(socketTickets).where(sql`${socketTickets.principal} ->> 'id' = ${id}`),
    db.delete(idempotencyKeys).where(eq(idempotencyKeys.principal, principal)),
    db.update(apiTokens).set({ created_by: null }).where(eq(apiTokens.created_by, id)),
    ...eraseSchedulesOf(db, id, "banking"),
    db.delete(auditLog).where(and(eq(auditLog.entity_type, "user"), eq(auditLog.entity_id, id))),
    db.update(auditLog).set({ actor_id: null, actor_email: null }).where(eq(auditLog.actor_id, id)),
  ] as const;
}

/** Takes a text about a person, such as their id, out of what the audit says has changed. */
export function eraseFromAudit(db: Database, text: string) {
  return db
    .update(auditLog)
    .set({ changes: sql`replace(${auditLog.changes}, ${text}, '[erased]')` })
    .where(sql`instr(${auditLog.changes}, ${text}) > 0`);
}
