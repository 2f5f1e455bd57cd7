import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { jobs, LIVE_STATUSES } from "../../platform/jobs/tables.ts";
import { candlePages, coverage, coverageGaps, manifest, series } from "./tables.ts";

const LEDGERS = { coverage, coverage_gaps: coverageGaps, candle_pages: candlePages };

/** Ids of series that are gone, of which something is still known or staged, after an id. */
export async function listForgottenSeries(db: Database, after: number, limit: number) {
  const known = Object.values(LEDGERS).map(
    (table) => sql`SELECT DISTINCT ${table.series_id} AS id FROM ${table} WHERE ${table.series_id} > ${after}`,
  );
  return db.all<{ id: number }>(sql`
    SELECT DISTINCT known.id AS id FROM (${sql.join(known, sql` UNION ALL `)}) AS known
    WHERE NOT EXISTS (SELECT 1 FROM ${series} WHERE ${series.id} = known.id) ORDER BY id LIMIT ${limit}`);
}

/** For one batch: removes what is known and staged of a series that is gone. */
export function deleteForgotten(db: Database, series_id: number) {
  const gone = sql`NOT EXISTS (SELECT 1 FROM ${series} WHERE ${series.id} = ${series_id})`;
  return [
    db.delete(coverage).where(and(eq(coverage.series_id, series_id), gone)),
    db.delete(coverageGaps).where(and(eq(coverageGaps.series_id, series_id), gone)),
    db.delete(candlePages).where(and(eq(candlePages.series_id, series_id), gone)),
  ] as const;
}

/** Series of candles that downloads collect, after an id. */
export function listCandleSeries(db: Database, after: number, limit: number) {
  return db
    .select()
    .from(series)
    .where(and(gt(series.id, after), eq(series.data_type, "raw")))
    .orderBy(asc(series.id))
    .limit(limit);
}

/** A number for each page of a series that no monthly file holds yet. */
export function listStaged(db: Database, series_id: number) {
  return db.select({ id: candlePages.id }).from(candlePages).where(eq(candlePages.series_id, series_id)).limit(1);
}

export function listMonthsOf(db: Database, series_id: number) {
  return db.select({ path: manifest.path }).from(manifest).where(eq(manifest.series_id, series_id));
}

/** Rows where a job works on the series. */
export function findWriter(db: Database, subject: string) {
  return db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.subject, subject), inArray(jobs.status, LIVE_STATUSES)));
}

interface Unwritten {
  series_id: number;
  subject: string;
  path: string;
  /** What the coverage was, as `coverageText` writes it. */
  coverage: string;
}

/** For the batch that forgets a month: raises when somebody works on the series or has changed what is known of it. */
export function guardUnwritten(db: Database, { series_id, subject, path, coverage: before }: Unwritten) {
  const file = db.select({ id: manifest.id }).from(manifest).where(eq(manifest.path, path));
  const now = sql`(SELECT coalesce(group_concat(stretch, ','), '') FROM (
    SELECT ${coverage.from_ts} || '-' || ${coverage.to_ts} AS stretch FROM ${coverage}
    WHERE ${coverage.series_id} = ${series_id} ORDER BY ${coverage.from_ts}))`;
  const unwritten = sql`CASE WHEN EXISTS ${findWriter(db, subject)} OR EXISTS ${file} OR EXISTS ${listStaged(db, series_id)}
    OR ${now} <> ${before} THEN json_extract('{}', 'the series has changed') ELSE 1 END`;
  return db.select({ unwritten }).from(sql`(SELECT 1)`);
}
