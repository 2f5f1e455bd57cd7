import { and, asc, eq, gt, gte, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { manifest, series } from "./tables.ts";

export type ManifestRow = typeof manifest.$inferSelect;
export type NewManifestRow = typeof manifest.$inferInsert;

/** Filters of lists, in stored form; one that is absent matches everything. */
export interface ManifestFilter {
  /** Letters and digits of the symbol, in any of its spellings. */
  symbol_key?: string | undefined;
  type?: string | undefined;
  exchange?: string | undefined;
  market?: string | undefined;
}

/** Entries in one JSON text: far below the 2 MB that a D1 value may have. */
const ENTRIES_OF_TEXT = 2_000;

/** Entries of one query of an unpaged list: what is in memory at once; fewer are the last ones. */
export const ENTRIES_OF_QUERY = 20_000;

export interface ManifestText {
  entries: string;
  entry_count: number;
  last_id: number;
}

/** The entry of a path; none or one. */
export function findManifestEntry(db: Database, path: string) {
  return db.select().from(manifest).where(eq(manifest.path, path));
}

/** Adds the file, or points the entry that already has its path at the new object; the id stays. */
export function upsertManifestEntry(db: Database, row: NewManifestRow) {
  const { path: _path, created_at: _created, ...changes } = row;
  return db.insert(manifest).values(row).onConflictDoUpdate({ target: manifest.path, set: changes });
}

/** Changes whenever an entry is added, changed or removed; answered from the index on `updated_at` alone. */
export function findManifestVersion(db: Database) {
  return db
    .select({
      entries: sql<number>`count(*)`,
      newest: sql<number>`coalesce(max(${manifest.updated_at}), 0)`,
      sum: sql<number>`coalesce(sum(${manifest.updated_at} % 1000000007), 0)`,
    })
    .from(manifest);
}

/** A page of entries as `/list` prints them, by id. */
export function findManifestPage(db: Database, filter: ManifestFilter, page: { after: number; limit: number }) {
  return db
    .select({
      id: manifest.id,
      symbol: manifest.symbol,
      exchange: manifest.exchange,
      market: manifest.market,
      path: manifest.path,
      type: manifest.type,
    })
    .from(manifest)
    .where(and(gt(manifest.id, page.after), matching(db, filter)))
    .orderBy(asc(manifest.id))
    .limit(page.limit);
}

/**
 * At most `ENTRIES_OF_QUERY` entries as `/list` prints them, by id from above `after`, as texts of JSON arrays that SQLite
 * makes, each with how many it has and the id of the last one.
 */
export function findManifestAsJson(db: Database, filter: ManifestFilter, after: number) {
  const found = sql`
    SELECT id, symbol, exchange, market, path, type, (row_number() OVER (ORDER BY id) - 1) / ${sql.raw(String(ENTRIES_OF_TEXT))} AS part
    FROM ${manifest} WHERE ${and(gt(manifest.id, after), matching(db, filter))}
    ORDER BY id LIMIT ${sql.raw(String(ENTRIES_OF_QUERY))}`;
  return db
    .select({
      entries: sql<string>`json_group_array(json_object(
        'id', id, 'symbol', symbol, 'exchange', exchange, 'market', market, 'path', path, 'type', type))`,
      entry_count: sql<number>`count(*)`,
      last_id: sql<number>`max(id)`,
    })
    .from(sql`(${found})`)
    .groupBy(sql`part`)
    .orderBy(sql`part`);
}

/** The files of a series, oldest first. */
export function listSeriesFiles(db: Database, series_id: number) {
  return db.select().from(manifest).where(eq(manifest.series_id, series_id)).orderBy(asc(manifest.time_from));
}

/** How many files of a series hold rows of `[from, to)`, and how many rows those files have. */
export function summarizeFiles(db: Database, series_id: number, { from, to }: { from: number; to: number }) {
  return db
    .select({ files: sql<number>`count(*)`, rows: sql<number>`coalesce(sum(${manifest.row_count}), 0)` })
    .from(manifest)
    .where(and(eq(manifest.series_id, series_id), lt(manifest.time_from, to), gte(manifest.time_to, from)));
}

/** Monthly files of a series without a stored answer yet. */
export function listUnsealedMonths(db: Database, series_id: number) {
  return db
    .select({ time_from: manifest.time_from })
    .from(manifest)
    .where(and(eq(manifest.series_id, series_id), eq(manifest.sealed, false)));
}

/** The condition of a filter on the manifest. */
export function matching(db: Database, { symbol_key, type, exchange, market }: ManifestFilter): SQL | undefined {
  return and(
    symbol_key === undefined ? undefined : symbolMatches(db, symbol_key),
    type === undefined ? undefined : eq(manifest.type, type),
    exchange === undefined ? undefined : eq(manifest.exchange, exchange),
    market === undefined ? undefined : eq(manifest.market, market),
  );
}

function symbolMatches(db: Database, key: string): SQL | undefined {
  const alike = db
    .select({ id: series.id })
    .from(series)
    .where(or(eq(series.unified_key, key), eq(series.exchange_key, key)));
  return or(eq(manifest.symbol, key), inArray(manifest.series_id, alike));
}
