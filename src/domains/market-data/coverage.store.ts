import { and, asc, eq, gt, gte, lt, lte, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { Interval } from "./intervals.ts";
import { candlePages, coverage, coverageGaps } from "./tables.ts";

/** The stretches of a series that have been collected, in order. */
export function listCoverage(db: Database, series_id: number) {
  return db
    .select({ from: coverage.from_ts, to: coverage.to_ts })
    .from(coverage)
    .where(eq(coverage.series_id, series_id))
    .orderBy(asc(coverage.from_ts));
}

/** Replaces what touches `merged` by it; `merged` already contains all of that. */
export function writeCoverage(db: Database, series_id: number, merged: Interval) {
  return [
    db
      .delete(coverage)
      .where(
        and(eq(coverage.series_id, series_id), lte(coverage.from_ts, merged.to), gte(coverage.to_ts, merged.from)),
      ),
    db.insert(coverage).values({ series_id, from_ts: merged.from, to_ts: merged.to }),
  ];
}

const touching = (series_id: number, range: Interval) =>
  and(eq(coverageGaps.series_id, series_id), lt(coverageGaps.from_ts, range.to), gt(coverageGaps.to_ts, range.from));

/** Gaps that touch the range, in order. */
export function listGaps(db: Database, series_id: number, range: Interval, state?: "missing" | "no_trades") {
  return db
    .select({ from: coverageGaps.from_ts, to: coverageGaps.to_ts, state: coverageGaps.state })
    .from(coverageGaps)
    .where(and(touching(series_id, range), state ? eq(coverageGaps.state, state) : undefined))
    .orderBy(asc(coverageGaps.from_ts));
}

/** The first gaps of the range that have not been asked for again. */
export function listMissingGaps(db: Database, series_id: number, range: Interval, limit: number) {
  return listGaps(db, series_id, range, "missing").limit(limit);
}

/**
 * Puts what an answer showed of the range in the place of its missing gaps; a gap that reaches beyond the range must
 * be among `missing` with its rest.
 */
export function replaceMissingGaps(
  db: Database,
  series_id: number,
  range: Interval,
  found: { missing: readonly Interval[]; no_trades: readonly Interval[] },
) {
  const list = JSON.stringify([
    ...found.missing.map(({ from, to }) => [from, to, "missing"]),
    ...found.no_trades.map(({ from, to }) => [from, to, "no_trades"]),
  ]);
  return [
    db
      .delete(coverageGaps)
      .where(
        and(
          eq(coverageGaps.series_id, series_id),
          eq(coverageGaps.state, "missing"),
          gte(coverageGaps.from_ts, range.from),
          lt(coverageGaps.from_ts, range.to),
        ),
      ),
    db
      .insert(coverageGaps)
      .select(
        sql`SELECT ${series_id}, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(${list}) WHERE true`,
      )
      .onConflictDoUpdate({
        target: [coverageGaps.series_id, coverageGaps.from_ts],
        set: { to_ts: sql`excluded.to_ts`, state: sql`excluded.state` },
      }),
  ];
}

const amongIds = (column: typeof coverage.series_id | typeof coverageGaps.series_id, ids: readonly number[]) =>
  sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;

/** The collected stretches of several series, at most `limit` of each, in order. */
export function listCoverageOf(db: Database, ids: readonly number[], limit: number) {
  const { series_id, from_ts, to_ts } = coverage;
  const place = sql<number>`row_number() OVER (PARTITION BY ${series_id} ORDER BY ${from_ts})`.as("place");
  const numbered = db
    .select({ series_id, from: sql<number>`${from_ts}`.as("from_ts"), to: sql<number>`${to_ts}`.as("to_ts"), place })
    .from(coverage)
    .where(amongIds(series_id, ids))
    .as("numbered");
  return db.select().from(numbered).where(lte(numbered.place, limit));
}

/** The gaps of several series, at most `limit` of each, in order. */
export function listGapsOf(db: Database, ids: readonly number[], limit: number) {
  const { series_id, from_ts, to_ts, state } = coverageGaps;
  const place = sql<number>`row_number() OVER (PARTITION BY ${series_id} ORDER BY ${from_ts})`.as("place");
  const numbered = db
    .select({
      series_id,
      from: sql<number>`${from_ts}`.as("from_ts"),
      to: sql<number>`${to_ts}`.as("to_ts"),
      state,
      place,
    })
    .from(coverageGaps)
    .where(amongIds(series_id, ids))
    .as("numbered");
  return db.select().from(numbered).where(lte(numbered.place, limit));
}

/** How many gaps each of several series has; none for one without. */
export function countGaps(db: Database, ids: readonly number[]) {
  return db
    .select({ series_id: coverageGaps.series_id, gaps: sql<number>`count(*)` })
    .from(coverageGaps)
    .where(amongIds(coverageGaps.series_id, ids))
    .groupBy(coverageGaps.series_id);
}

/** Makes every gap of a series one that has not been asked for again. */
export function reopenGaps(db: Database, series_id: number) {
  return db.update(coverageGaps).set({ state: "missing" }).where(eq(coverageGaps.series_id, series_id));
}

export function insertCandlePage(db: Database, page: typeof candlePages.$inferInsert) {
  return db.insert(candlePages).values(page);
}

/** How many rows of a series no monthly file holds yet. */
export function countStagedRows(db: Database, series_id: number) {
  return db
    .select({ rows: sql<number>`coalesce(sum(${candlePages.row_count}), 0)` })
    .from(candlePages)
    .where(eq(candlePages.series_id, series_id));
}

/** Pages of a series that no monthly file holds yet, oldest first. */
export function listCandlePages(db: Database, series_id: number) {
  return db.select().from(candlePages).where(eq(candlePages.series_id, series_id)).orderBy(asc(candlePages.id));
}

/** Removes the pages of a series up to this one. */
export function deleteCandlePages(db: Database, series_id: number, last_id: number) {
  return db.delete(candlePages).where(and(eq(candlePages.series_id, series_id), lte(candlePages.id, last_id)));
}
