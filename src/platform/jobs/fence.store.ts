import { eq, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { fence } from "./tables.ts";

/** Raises an error inside SQLite, and so rolls its batch back, unless the fence still holds the epoch. */
export function guardFence(db: Database, table: "fence" | "_catchment_fence", subject: string, epoch: number) {
  const name = sql.identifier(table);
  const held = sql<number>`CASE WHEN (SELECT epoch FROM ${name} WHERE subject = ${subject}) = ${epoch} THEN 1 ELSE json('fenced') END`;
  // A raw statement with parameters cannot join a drizzle batch; a select without a table can.
  return db.select({ held }).from(sql`(SELECT 1)`);
}

export function raiseWarehouseFence(warehouse: Database, subject: string, epoch: number) {
  return warehouse.run(sql`
    INSERT INTO _catchment_fence (subject, epoch) VALUES (${subject}, ${epoch})
    ON CONFLICT (subject) DO UPDATE SET epoch = excluded.epoch WHERE excluded.epoch > _catchment_fence.epoch`);
}

export function findFence(db: Database, subject: string) {
  return db.select().from(fence).where(eq(fence.subject, subject)).limit(1);
}

/** For a subject that is gone: without a fence nothing commits any more. */
export function deleteFence(db: Database, table: "fence" | "_catchment_fence", subject: string) {
  return db.run(sql`DELETE FROM ${sql.identifier(table)} WHERE subject = ${subject}`);
}
