import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { AuditAction } from "./actions.ts";

/** A field's value on both sides of a change; secrets are `***`. */
export type AuditChanges = Record<string, { before: unknown; after: unknown }>;

/** Who did what, from where; rows are only ever added, and soon after sealed into a chain. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: text().primaryKey(),
    entity_type: text().notNull(),
    entity_id: text().notNull(),
    action: text().$type<AuditAction>().notNull(),
    /** Null for the platform itself, and for who failed to sign in. */
    actor_id: text(),
    actor_email: text(),
    client_address: text(),
    changes: text({ mode: "json" }).$type<AuditChanges>().notNull(),
    /** Ms. */
    created_at: integer().notNull(),
    /** Place in the chain, from 1; null until the row is sealed. */
    number: integer(),
    /** Of the row before; empty for the first. */
    previous_hash: text(),
    /** Of what the row says. */
    content_hash: text(),
    /** Of the number, the hash before and the content's. */
    hash: text(),
    /** Ms; what the row said of a person was taken out, so that its content no longer has its hash. */
    erased_at: integer(),
  },
  (table) => [
    index("audit_log_created").on(table.created_at, table.id),
    index("audit_log_entity").on(table.entity_type, table.entity_id),
    uniqueIndex("audit_log_number")
      .on(table.number)
      .where(sql`number IS NOT NULL`),
    index("audit_log_unsealed")
      .on(table.created_at, table.id)
      .where(sql`number IS NULL`),
  ],
);

/** One row: where the chain ends, and the last link of what was purged from its beginning. */
export const auditChain = sqliteTable("audit_chain", {
  id: integer().primaryKey(),
  head_number: integer().notNull(),
  head_hash: text().notNull(),
  purged_number: integer().notNull(),
  purged_hash: text().notNull(),
});
