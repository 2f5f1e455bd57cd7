import { eq } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { socketTickets } from "./tables.ts";

export function insertTicket(db: Database, row: typeof socketTickets.$inferInsert) {
  return db.insert(socketTickets).values(row);
}

/** Takes a ticket away; of two who present it, one gets the row. */
export function takeTicket(db: Database, ticketHash: string) {
  return db.delete(socketTickets).where(eq(socketTickets.ticket_hash, ticketHash)).returning();
}
