import { and, eq, exists, gt, lte, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { circuits } from "./tables.ts";

export type CircuitRow = typeof circuits.$inferSelect;

export interface CircuitRules {
  /** Consecutive faults that open a circuit. */
  faults: number;
  first_open_seconds: number;
  longest_open_seconds: number;
}

export function findCircuit(db: Database, host: string) {
  return db.select().from(circuits).where(eq(circuits.host, host)).get();
}

/** Takes the one probe of a circuit whose rest is over, until `probe_until`; returns no row when another has it. */
export function claimProbe(db: Database, host: string, now: number, probe_until: number) {
  return db
    .update(circuits)
    .set({ probe_until, updated_at: now })
    .where(
      and(
        eq(circuits.host, host),
        gt(circuits.open_until, 0),
        lte(circuits.open_until, now),
        lte(circuits.probe_until, now),
      ),
    )
    .returning();
}

/** Counts one fault; opens the circuit at the limit and doubles its rest when a probe failed. */
export function countFault(db: Database, host: string, now: number, rules: CircuitRules) {
  const resting = sql`${circuits.open_until} > ${now}`;
  const closed = sql`${circuits.faults} + 1 < ${rules.faults}`;
  const doubled = sql`min(max(${circuits.open_seconds} * 2, ${rules.first_open_seconds}), ${rules.longest_open_seconds})`;
  return db
    .insert(circuits)
    .values({ host, faults: 1, updated_at: now })
    .onConflictDoUpdate({
      target: circuits.host,
      set: {
        faults: sql`${circuits.faults} + 1`,
        open_seconds: sql`CASE WHEN ${resting} THEN ${circuits.open_seconds} WHEN ${closed} THEN 0 ELSE ${doubled} END`,
        open_until: sql`CASE WHEN ${resting} THEN ${circuits.open_until} WHEN ${closed} THEN 0 ELSE ${now} + ${doubled} * 1000 END`,
        probe_until: 0,
        updated_at: now,
      },
    })
    .returning();
}

/** Condition that the fault counted at `now`, in the statement before, has opened a circuit. */
export function hasJustOpened(db: Database, host: string, now: number) {
  const opened = sql`${circuits.open_seconds} > 0 AND ${circuits.open_until} = ${now} + ${circuits.open_seconds} * 1000`;
  return exists(
    db
      .select({ host: circuits.host })
      .from(circuits)
      .where(and(eq(circuits.host, host), opened)),
  );
}

/** Forgets the faults of a host that has answered, unless its circuit was opened meanwhile. */
export function closeCircuit(db: Database, host: string, now: number) {
  return db
    .update(circuits)
    .set({ faults: 0, open_seconds: 0, open_until: 0, probe_until: 0, updated_at: now })
    .where(and(eq(circuits.host, host), lte(circuits.open_until, now)))
    .returning();
}
