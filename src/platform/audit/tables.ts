import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export type AuditAction = "create" | "update" | "delete" | "restore";

/** A field's value on both sides of a change; secrets are `***`. */
export type AuditChanges = Record<string, { before: unknown; after: unknown }>;

/** Who changed what; rows are only ever added. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: text().primaryKey(),
    entity_type: text().notNull(),
    entity_id: text().notNull(),
    action: text().$type<AuditAction>().notNull(),
    /** Null for the platform itself. */
    actor_id: text(),
    actor_email: text(),
    changes: text({ mode: "json" }).$type<AuditChanges>().notNull(),
    /** Ms. */
    created_at: integer().notNull(),
  },
  (table) => [
    index("audit_log_created").on(table.created_at, table.id),
    index("audit_log_entity").on(table.entity_type, table.entity_id),
  ],
);
