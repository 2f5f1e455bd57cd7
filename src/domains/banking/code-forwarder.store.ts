import { eq } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { codeForwarders } from "./tables.ts";

export function upsertForwarder(db: Database, row: typeof codeForwarders.$inferInsert) {
  return db.insert(codeForwarders).values(row).onConflictDoUpdate({ target: codeForwarders.owner, set: row });
}

export function findForwarder(db: Database, key_hash: string) {
  return db.select().from(codeForwarders).where(eq(codeForwarders.key_hash, key_hash)).get();
}

export function deleteForwarder(db: Database, owner: string) {
  return db.delete(codeForwarders).where(eq(codeForwarders.owner, owner)).returning({ owner: codeForwarders.owner });
}
