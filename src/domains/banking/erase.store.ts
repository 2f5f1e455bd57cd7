import { eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { bankLogins, bankReports, codeForwarders, dataFiles } from "./tables.ts";

/** Keys of all objects that hold anything of a person: files, reports, and what their runs and uploads have left. */
export function objectsOf(owner: string): SQL {
  return sql`
    SELECT object_key FROM data_files WHERE owner = ${owner}
    UNION SELECT object_key FROM bank_reports WHERE owner = ${owner}
    UNION SELECT key FROM objects WHERE origin = ${originOf(owner)}
    UNION SELECT key FROM objects WHERE origin IN (SELECT id FROM jobs WHERE created_by = ${owner} AND domain = 'banking')`;
}

/** What the objects say of their origin that a person has uploaded. */
export const originOf = (owner: string) => `banking:${owner}`;

/** For one batch: all rows of a person. */
export function deleteRowsOf(db: Database, owner: string) {
  return [
    db.delete(dataFiles).where(eq(dataFiles.owner, owner)),
    db.delete(bankReports).where(eq(bankReports.owner, owner)),
    db.delete(bankLogins).where(eq(bankLogins.owner, owner)),
    db.delete(codeForwarders).where(eq(codeForwarders.owner, owner)),
  ] as const;
}
