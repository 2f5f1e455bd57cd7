import { eq, isNotNull } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { defaultSources } from "./tables.ts";

export type DefaultSourceRow = typeof defaultSources.$inferSelect;

export function listDefaultSources(db: Database) {
  return db.select().from(defaultSources);
}

export function listWaitingSources(db: Database) {
  return db.select().from(defaultSources).where(isNotNull(defaultSources.waits_for));
}

export function insertDefaultSource(db: Database, row: DefaultSourceRow) {
  return db.insert(defaultSources).values(row).onConflictDoNothing();
}

/** Notes that a source waits for nothing any more. */
export function endWaiting(db: Database, name: string) {
  return db.update(defaultSources).set({ waits_for: null }).where(eq(defaultSources.name, name));
}
