import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Single-use tickets by which browsers open sockets; only the hash of the ticket is kept. */
export const socketTickets = sqliteTable(
  "socket_tickets",
  {
    ticket_hash: text().primaryKey(),
    topic: text().notNull(),
    principal: text({ mode: "json" }).$type<unknown>().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [index("socket_tickets_expires").on(table.expires_at)],
);
