import { and, asc, eq, gt, gte, inArray, lt, lte, ne, not, notExists, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { jobs, LIVE_STATUSES } from "../jobs/tables.ts";
import { objects, uploads } from "../storage/tables.ts";
import { isNamed, type Names, onlyKey } from "./names.ts";

export type ObjectRow = typeof objects.$inferSelect;

const list = (keys: readonly string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(keys)}))`;

const isLive = eq(objects.state, "live");
/** Keeps SQLite from looking through all live objects instead of a range of keys. */
const isLiveInRange = sql`+${objects.state} = 'live'`;

export function findObjects(db: Database, keys: readonly string[]) {
  return db
    .select()
    .from(objects)
    .where(sql`${objects.key} IN ${list(keys)}`);
}

/** Live objects after a key, up to `last` where there is one, that are not among `listed`. */
export function listLiveBut(
  db: Database,
  { after, last, listed }: { after: string; last: string | null; listed: readonly string[] },
  limit: number,
) {
  return db
    .select()
    .from(objects)
    .where(
      and(
        gt(objects.key, after),
        last === null ? undefined : lte(objects.key, last),
        isLiveInRange,
        sql`${objects.key} NOT IN ${list(listed)}`,
      ),
    )
    .orderBy(asc(objects.key))
    .limit(limit);
}

/** Gives up a live sidecar that is lost or damaged, and answers its key; a person's file may be called as one is. */
export function orphanSidecar(db: Database, names: Names, key: string, now: number) {
  return db
    .update(objects)
    .set({ state: "orphaned", state_since: now })
    .where(and(eq(objects.key, key), isLive, not(isNamed(names, objects.key, onlyKey(key)))))
    .returning({ key: objects.key });
}

type Recorded = Omit<ObjectRow, "state" | "owner" | "r2_upload_id">;

/** Records an object that has no row: live where a column names it, for the sweeper where none does. */
export function recordFound(db: Database, names: Names, row: Recorded) {
  const { key, path, size_bytes, sha256, content_type, origin, state_since, created_at } = row;
  const state = sql`CASE WHEN ${isNamed(names, sql`${key}`, onlyKey(key))} THEN 'live' ELSE 'orphaned' END`;
  return db.run(sql`
    INSERT INTO objects (key, path, size_bytes, sha256, content_type, origin, state, state_since, created_at)
    VALUES (${key}, ${path}, ${size_bytes}, ${sha256}, ${content_type}, ${origin}, ${state}, ${state_since}, ${created_at})
    ON CONFLICT (key) DO NOTHING`);
}

/**
 * Live objects of known checksum and at most so many bytes, in the order in which they were recorded, with their place in
 * it; `until` is the last place.
 */
export async function listLiveByPlace(
  db: Database,
  { after, until, most_bytes }: { after: number; until: number | null; most_bytes: number },
  limit: number,
) {
  const place = sql<number>`${objects}.rowid`;
  return db
    .select({ place, key: objects.key, size_bytes: objects.size_bytes, sha256: objects.sha256 })
    .from(objects)
    .where(
      and(
        sql`${place} > ${after}`,
        until === null ? undefined : sql`${place} <= ${until}`,
        isLiveInRange,
        lte(objects.size_bytes, most_bytes),
        ne(objects.sha256, ""),
      ),
    )
    .orderBy(place)
    .limit(limit);
}

export async function findLastPlace(db: Database): Promise<number> {
  const [row] = await db.all<{ last: number | null }>(sql`SELECT max(rowid) AS last FROM objects`);
  return row?.last ?? 0;
}

interface AbandonedRule {
  /** Ms: objects that nothing has been done to since. */
  unused_since: number;
  /** Ms: uploads in parts that are kept since. */
  kept_since: number;
  /** Which objects. */
  keys: SQL;
}

/** Objects whose upload in parts is under way in R2 though nobody will finish it. */
export function listAbandoned(db: Database, { unused_since, kept_since, keys }: AbandonedRule, limit: number) {
  const kept = db
    .select({ id: uploads.id })
    .from(uploads)
    .where(and(eq(uploads.object_key, objects.key), gte(uploads.updated_at, kept_since)));
  const writer = db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.id, objects.origin), inArray(jobs.status, LIVE_STATUSES)));
  return db
    .select()
    .from(objects)
    .where(
      and(
        or(eq(objects.state, "pending"), eq(objects.state, "orphaned")),
        lt(objects.state_since, unused_since),
        sql`${objects.r2_upload_id} IS NOT NULL`,
        keys,
        notExists(kept),
        notExists(writer),
      ),
    )
    .orderBy(asc(objects.key))
    .limit(limit);
}

/** Forgets an upload in parts that was ended. */
export function forgetUpload(db: Database, key: string, r2_upload_id: string) {
  return db
    .update(objects)
    .set({ r2_upload_id: null })
    .where(and(eq(objects.key, key), eq(objects.r2_upload_id, r2_upload_id)));
}
