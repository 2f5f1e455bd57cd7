import { and, eq, gt, gte, lt, lte, or, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { objects } from "../../platform/storage/tables.ts";
import type { Interval } from "./intervals.ts";
import { coverage, coverageGaps, manifest } from "./tables.ts";

/** Intervals in one statement: far below the 2 MB that a bound text may have. */
const INTERVALS_A_STATEMENT = 20_000;

/** Puts `merged` in the place of all coverage that touches the range; it already contains that. */
export function replaceCoverage(db: Database, series_id: number, range: Interval, merged: readonly Interval[]) {
  const touching = and(lte(coverage.from_ts, range.to), gte(coverage.to_ts, range.from));
  const inserts = chunksOf(merged.map(({ from, to }) => [from, to])).map((list) =>
    db
      .insert(coverage)
      .select(
        sql`SELECT ${series_id}, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(${list}) WHERE true`,
      ),
  );
  return [db.delete(coverage).where(and(eq(coverage.series_id, series_id), touching)), ...inserts];
}

/** Puts what is left of them in the place of all gaps that touch the range, whatever their state. */
export function replaceGaps(
  db: Database,
  series_id: number,
  range: Interval,
  left: readonly (Interval & { state: string })[],
) {
  const touching = and(lt(coverageGaps.from_ts, range.to), gt(coverageGaps.to_ts, range.from));
  const inserts = chunksOf(left.map(({ from, to, state }) => [from, to, state])).map((list) =>
    db
      .insert(coverageGaps)
      .select(
        sql`SELECT ${series_id}, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(${list}) WHERE true`,
      ),
  );
  return [db.delete(coverageGaps).where(and(eq(coverageGaps.series_id, series_id), touching)), ...inserts];
}

/** Object keys of the file that a path of the lake names: by the manifest, or one that was exported. */
export function findSourceObjects(db: Database, path: string) {
  return db
    .select({ object_key: objects.key, size_bytes: objects.size_bytes })
    .from(objects)
    .leftJoin(manifest, eq(manifest.object_key, objects.key))
    .where(
      and(
        or(eq(objects.key, path), eq(objects.path, path)),
        eq(objects.state, "live"),
        sql`(${manifest.id} IS NOT NULL OR ${objects.path} GLOB 'export/*')`,
      ),
    )
    .limit(1);
}

function chunksOf(rows: readonly unknown[]): string[] {
  const chunks: string[] = [];
  for (let start = 0; start < rows.length; start += INTERVALS_A_STATEMENT) {
    chunks.push(JSON.stringify(rows.slice(start, start + INTERVALS_A_STATEMENT)));
  }
  return chunks;
}
