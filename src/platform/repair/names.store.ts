import { and, asc, eq, gt, inArray, lte, not, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { markOrphaned } from "../storage/objects.store.ts";
import { objects } from "../storage/tables.ts";
import { EVERY_KEY, isKept, isNamed, type Names, type NamingColumn, onlyKey } from "./names.ts";
import type { ObjectRow } from "./repair.store.ts";

/** Keeps SQLite from looking through all live objects instead of a range of keys. */
const isLiveInRange = sql`+${objects.state} = 'live'`;

/** Those of the keys that a column names; every column is read once. */
export function filterNamed(db: Database, names: Names, keys: readonly string[]) {
  return db
    .select({ key: sql<string>`listed.value` })
    .from(sql`json_each(${JSON.stringify(keys)}) AS listed`)
    .where(isNamed(names, sql`listed.value`, EVERY_KEY));
}

/** The last of the next so many keys, and how many there are. */
export function findKeysAfter(db: Database, after: string, limit: number) {
  const next = db.select({ key: objects.key }).from(objects).where(gt(objects.key, after)).orderBy(asc(objects.key));
  const page = next.limit(limit).as("page");
  return db.select({ last: sql<string | null>`max(${page.key})`, count: sql<number>`count(*)` }).from(page);
}

/** How many objects there are after a key, up to `last`. */
export function countKeys(db: Database, after: string, last: string) {
  return db
    .select({ count: sql<number>`count(*)` })
    .from(objects)
    .where(and(gt(objects.key, after), lte(objects.key, last)));
}

interface UnkeptRange {
  after: string;
  last: string;
  /** Ms: what has become live later is left alone. */
  settled_before: number;
}

/** Live objects after a key, up to `last`, that nothing keeps. */
export function listUnkept(db: Database, names: Names, { after, last, settled_before }: UnkeptRange, limit: number) {
  return db
    .select({ key: objects.key, size_bytes: objects.size_bytes, origin: objects.origin })
    .from(objects)
    .where(
      and(
        gt(objects.key, after),
        lte(objects.key, last),
        isLiveInRange,
        sql`+${objects.state_since} < ${settled_before}`,
        not(isKept(names, { from: after, to: last })),
      ),
    )
    .orderBy(asc(objects.key))
    .limit(limit);
}

/** For one batch: gives a live object up that nothing keeps, and what lies beside it. */
export function orphanUnkept(db: Database, names: Names, key: string, now: number) {
  const given = sql<string>`(SELECT key FROM objects AS given WHERE given.key = ${key} AND given.state = 'orphaned')`;
  return [
    db
      .update(objects)
      .set({ state: "orphaned", state_since: now })
      .where(and(eq(objects.key, key), eq(objects.state, "live"), not(isKept(names, onlyKey(key))))),
    markOrphaned(db, given, now),
  ] as const;
}

/** Makes an object live that a column names; one that the sweeper is removing stays its. */
export function reviveNamed(db: Database, names: Names, key: string, now: number) {
  return db
    .update(objects)
    .set({ state: "live", state_since: now })
    .where(
      and(
        eq(objects.key, key),
        inArray(objects.state, ["pending", "orphaned"]),
        isNamed(names, objects.key, onlyKey(key)),
      ),
    );
}

/** The last of the next so many rows of a column's table, and how many there are. */
export async function findRowsAfter(db: Database, { table }: NamingColumn, after: number, limit: number) {
  const next = sql`SELECT ${table}.rowid AS place FROM ${table} WHERE ${table}.rowid > ${after} ORDER BY place LIMIT ${limit}`;
  const [page] = await db.all<{ last: number | null; count: number }>(
    sql`SELECT max(place) AS last, count(*) AS count FROM (${next})`,
  );
  return page;
}

/** Keys that these rows of a column's table name without a live object, each with the state that it has; null for none. */
export function listUnheld(db: Database, column: NamingColumn, { after, last }: { after: number; last: number }) {
  const { table, key } = column;
  const place = sql`${table}.rowid`;
  const named = sql`SELECT ${key} AS named_key FROM ${table}
    WHERE ${place} > ${after} AND ${place} <= ${last} AND ${key} IS NOT NULL AND ${column.where ?? sql`1`}`;
  return db.all<{ key: string; state: ObjectRow["state"] | null }>(sql`
    SELECT DISTINCT named_key AS key, objects.state AS state FROM (${named})
    LEFT JOIN objects ON objects.key = named_key WHERE objects.state IS NOT 'live' ORDER BY named_key`);
}

/** The key, where a column names it now. */
export function findNamed(db: Database, names: Names, key: string) {
  return db
    .select({ key: sql<string>`given.key` })
    .from(sql`(SELECT ${key} AS key) AS given`)
    .where(isNamed(names, sql`given.key`, onlyKey(key)));
}
