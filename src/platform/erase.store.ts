import { and, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "../context.ts";
import { auditLog } from "./audit/tables.ts";
import { apiTokens, mailedTokens } from "./auth/tables.ts";
import { credentials } from "./credentials/tables.ts";
import type { Leaver } from "./domain.ts";
import { socketTickets } from "./events/tables.ts";
import { idempotencyKeys } from "./http/tables.ts";
import { eraseSchedulesOf } from "./schedules/schedule.store.ts";
import { objects } from "./storage/tables.ts";
import { eraseWebhooksOf } from "./webhooks/webhook.store.ts";

/** Stands where the audit named somebody: its rows stay, for the chain needs them. */
const ERASED = "[erased]";

/** For one batch: what the platform's small tables have of a person; tokens that they made for others go on. */
export function eraseRecordsOf(db: Database, { id, email }: Leaver, principal: string, now: number) {
  const names = email === null ? [id] : [id, email];
  return [
    db.delete(mailedTokens).where(eq(mailedTokens.user_id, id)),
    db.delete(credentials).where(eq(credentials.owner, id)),
    db.delete(socketTickets).where(sql`${socketTickets.principal} ->> 'id' = ${id}`),
    db.delete(idempotencyKeys).where(eq(idempotencyKeys.principal, principal)),
    db.update(apiTokens).set({ created_by: null }).where(eq(apiTokens.created_by, id)),
    db.update(objects).set({ owner: null }).where(eq(objects.owner, principal)),
    ...eraseSchedulesOf(db, id, "banking"),
    ...eraseWebhooksOf(db, id),
    db
      .update(auditLog)
      .set({ entity_id: ERASED, changes: {}, client_address: null, erased_at: now })
      .where(and(eq(auditLog.entity_type, "user"), inArray(auditLog.entity_id, names))),
    db
      .update(auditLog)
      .set({ actor_id: null, actor_email: null, client_address: null, erased_at: now })
      .where(eq(auditLog.actor_id, id)),
    db.update(auditLog).set({ entity_id: ERASED, erased_at: now }).where(inArray(auditLog.entity_id, names)),
  ] as const;
}

/** Takes a text about a person, such as their id, out of what the audit says has changed. */
export function eraseFromAudit(db: Database, text: string, now: number) {
  return db
    .update(auditLog)
    .set({ changes: sql`replace(${auditLog.changes}, ${text}, ${ERASED})`, erased_at: now })
    .where(sql`instr(${auditLog.changes}, ${text}) > 0`);
}
