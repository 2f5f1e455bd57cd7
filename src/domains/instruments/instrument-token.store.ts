import { and, asc, eq, isNull } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { instruments, instrumentTokens } from "./tables.ts";

export type InstrumentTokenRow = typeof instrumentTokens.$inferSelect;

export const insertInstrumentToken = (db: Database, row: InstrumentTokenRow) =>
  db.insert(instrumentTokens).values(row).returning();

/** Oldest first. */
export const listInstrumentTokens = (db: Database, instrument_id: string) =>
  db
    .select()
    .from(instrumentTokens)
    .where(eq(instrumentTokens.instrument_id, instrument_id))
    .orderBy(asc(instrumentTokens.created_at), asc(instrumentTokens.id));

/** One of an instrument that was not revoked. */
export const findInstrumentToken = (db: Database, instrument_id: string, id: string) =>
  db
    .select()
    .from(instrumentTokens)
    .where(
      and(
        eq(instrumentTokens.instrument_id, instrument_id),
        eq(instrumentTokens.id, id),
        isNull(instrumentTokens.revoked_at),
      ),
    )
    .limit(1);

export const revokeToken = (db: Database, id: string, revoked_at: number) =>
  db.update(instrumentTokens).set({ revoked_at }).where(eq(instrumentTokens.id, id));

export const markTokenUsed = (db: Database, id: string, last_used_at: number) =>
  db.update(instrumentTokens).set({ last_used_at }).where(eq(instrumentTokens.id, id));

/** The token of a hash with its instrument, unless it is revoked. */
export const findTokenByHash = (db: Database, token_hash: string) =>
  db
    .select({ token: instrumentTokens, instrument: instruments })
    .from(instrumentTokens)
    .innerJoin(instruments, eq(instruments.id, instrumentTokens.instrument_id))
    .where(and(eq(instrumentTokens.token_hash, token_hash), isNull(instrumentTokens.revoked_at)))
    .limit(1);
