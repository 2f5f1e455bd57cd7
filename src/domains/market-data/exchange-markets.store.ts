import { eq } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { exchangeMarkets } from "./tables.ts";

/** The list of markets of an exchange as it was last read. */
export const findExchangeMarkets = (db: Database, exchange: string) =>
  db.select().from(exchangeMarkets).where(eq(exchangeMarkets.exchange, exchange));

/** Keeps a list in place of the one before; `fetched_at` in ms. */
export const saveExchangeMarkets = (db: Database, row: typeof exchangeMarkets.$inferInsert) =>
  db.insert(exchangeMarkets).values(row).onConflictDoUpdate({ target: exchangeMarkets.exchange, set: row });
