import { and, asc, eq } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { users } from "../../platform/auth/tables.ts";
import { fileGrants, instrumentAccess } from "./tables.ts";

export type FileGrantRow = typeof fileGrants.$inferSelect;

export const listFileGrants = (db: Database, file_id: string) =>
  db
    .select()
    .from(fileGrants)
    .where(eq(fileGrants.file_id, file_id))
    .orderBy(asc(fileGrants.granted_at), asc(fileGrants.id));

export const findFileGrant = (db: Database, file_id: string, id: string) =>
  db
    .select()
    .from(fileGrants)
    .where(and(eq(fileGrants.file_id, file_id), eq(fileGrants.id, id)))
    .limit(1);

/** The grant to the same grantee, if there is one. */
export const findSameGrant = (
  db: Database,
  { file_id, grantee_type, grantee_id }: Pick<FileGrantRow, "file_id" | "grantee_type" | "grantee_id">,
) =>
  db
    .select()
    .from(fileGrants)
    .where(
      and(
        eq(fileGrants.file_id, file_id),
        eq(fileGrants.grantee_type, grantee_type),
        eq(fileGrants.grantee_id, grantee_id),
      ),
    )
    .limit(1);

/** Raises for a grantee who has one already. */
export const insertFileGrant = (db: Database, row: FileGrantRow) => db.insert(fileGrants).values(row);

export const deleteFileGrant = (db: Database, id: string) => db.delete(fileGrants).where(eq(fileGrants.id, id));

/** Those whose accounts are there, in the order in which they were let in. */
export const listInstrumentAccess = (db: Database, instrument_id: string) =>
  db
    .select({
      instrument_id: instrumentAccess.instrument_id,
      user_id: instrumentAccess.user_id,
      email: users.email,
      granted_at: instrumentAccess.granted_at,
    })
    .from(instrumentAccess)
    .innerJoin(users, eq(users.id, instrumentAccess.user_id))
    .where(eq(instrumentAccess.instrument_id, instrument_id))
    .orderBy(asc(instrumentAccess.granted_at), asc(instrumentAccess.user_id));

export const findInstrumentAccess = (db: Database, instrument_id: string, user_id: string) =>
  db
    .select()
    .from(instrumentAccess)
    .where(and(eq(instrumentAccess.instrument_id, instrument_id), eq(instrumentAccess.user_id, user_id)))
    .limit(1);

/** Raises for a user who has it already. */
export const insertInstrumentAccess = (db: Database, row: typeof instrumentAccess.$inferInsert) =>
  db.insert(instrumentAccess).values(row);

export const deleteInstrumentAccess = (db: Database, instrument_id: string, user_id: string) =>
  db
    .delete(instrumentAccess)
    .where(and(eq(instrumentAccess.instrument_id, instrument_id), eq(instrumentAccess.user_id, user_id)));
