import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Principal } from "../auth/principal.ts";

/** Single-use tickets by which browsers open sockets; only the hash of the ticket is kept. */
export const socketTickets = sqliteTable(
  "socket_tickets",
  {
    ticket_hash: text().primaryKey(),
    topic: text().notNull(),
    principal: text({ mode: "json" }).$type<Principal>().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [index("socket_tickets_expires").on(table.expires_at)],
);
