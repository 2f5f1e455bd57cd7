import { and, asc, desc, eq, gt, lt } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { apiTokens } from "../../platform/auth/tables.ts";
import { schedules } from "../../platform/schedules/tables.ts";
import { uploads } from "../../platform/storage/tables.ts";
import { bankReports, codeForwarders, dataFiles } from "./tables.ts";

/** Files whose names come after one, by name. */
export function listFilesAfter(db: Database, owner: string, filename: string, limit: number) {
  return db
    .select()
    .from(dataFiles)
    .where(and(eq(dataFiles.owner, owner), gt(dataFiles.filename, filename)))
    .orderBy(asc(dataFiles.filename))
    .limit(limit);
}

/** Reports whose ids come after one, by id. */
export function listReportsAfter(db: Database, owner: string, id: string, limit: number) {
  return db
    .select()
    .from(bankReports)
    .where(and(eq(bankReports.owner, owner), gt(bankReports.id, id)))
    .orderBy(asc(bankReports.id))
    .limit(limit);
}

export function listSchedulesOf(db: Database, created_by: string, before: string, limit: number) {
  return db
    .select()
    .from(schedules)
    .where(and(eq(schedules.created_by, created_by), lt(schedules.id, before)))
    .orderBy(desc(schedules.id))
    .limit(limit);
}

export function findForwarderOf(db: Database, owner: string) {
  return db
    .select({ created_at: codeForwarders.created_at })
    .from(codeForwarders)
    .where(eq(codeForwarders.owner, owner))
    .get();
}

/** Files that are being sent part by part. */
export function listUploadsBegun(db: Database, owner: string, limit: number) {
  const { id, domain, filename, size_bytes, state, created_at } = uploads;
  return db
    .select({ id, domain, filename, size_bytes, state, created_at })
    .from(uploads)
    .where(eq(uploads.owner, owner))
    .limit(limit);
}

/** Tokens that somebody has made for others; the tokens themselves are kept nowhere. */
export function listTokensMade(db: Database, created_by: string, limit: number) {
  const { id, name, scope, expires_at, revoked_at, created_at } = apiTokens;
  return db
    .select({ id, name, scope, expires_at, revoked_at, created_at })
    .from(apiTokens)
    .where(eq(apiTokens.created_by, created_by))
    .limit(limit);
}
