import { and, desc, eq, gt, inArray, lt, ne, or, type SQL, sql, type SQLWrapper } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { objects, uploads } from "./tables.ts";

export type NewObject = Omit<typeof objects.$inferInsert, "state" | "state_since">;

/** Records an object that is about to be written, or keeps a known one from the sweeper; no row when it has that one already. */
export function recordPending(db: Database, object: NewObject, now: number) {
  const unlessLive = <T>(value: T, column: typeof objects.state | typeof objects.state_since | typeof objects.owner) =>
    sql`CASE WHEN ${objects.state} = 'live' THEN ${column} ELSE ${value} END`;
  return db
    .insert(objects)
    .values({ ...object, state: "pending", state_since: now })
    .onConflictDoUpdate({
      target: objects.key,
      set: {
        state: unlessLive("pending", objects.state),
        state_since: unlessLive(now, objects.state_since),
        owner: unlessLive(object.owner ?? null, objects.owner),
      },
      setWhere: ne(objects.state, "deleting"),
    })
    .returning({ state: objects.state });
}

/** `recordPending` for many objects at once; returns a row for each that may be written. */
export function recordAllPending(db: Database, rows: readonly NewObject[], now: number) {
  const member = (name: keyof NewObject) => sql.raw(`value ->> '${name}'`);
  return db
    .insert(objects)
    .select(
      db
        .select({
          key: member("key").as("key"),
          path: member("path").as("path"),
          size_bytes: member("size_bytes").as("size_bytes"),
          sha256: member("sha256").as("sha256"),
          content_type: member("content_type").as("content_type"),
          origin: member("origin").as("origin"),
          owner: sql`NULL`.as("owner"),
          r2_upload_id: sql`NULL`.as("r2_upload_id"),
          state: sql`'pending'`.as("state"),
          state_since: sql`${now}`.as("state_since"),
          created_at: member("created_at").as("created_at"),
        })
        .from(sql`json_each(${JSON.stringify(rows)}) WHERE true`),
    )
    .onConflictDoUpdate({
      target: objects.key,
      set: {
        state: sql`CASE WHEN ${objects.state} = 'live' THEN 'live' ELSE 'pending' END`,
        state_since: sql`CASE WHEN ${objects.state} = 'live' THEN ${objects.state_since} ELSE excluded.state_since END`,
      },
      setWhere: ne(objects.state, "deleting"),
    })
    .returning({ key: objects.key });
}

/** `markLive` for many objects at once: raises when the sweeper has claimed or removed one of them. */
export function markAllLive(db: Database, keys: readonly string[], now: number) {
  const listed = sql`(SELECT value FROM json_each(${JSON.stringify(keys)}))`;
  const lost = sql`SELECT 1 FROM json_each(${JSON.stringify(keys)}) AS wanted WHERE NOT EXISTS (
    SELECT 1 FROM objects AS kept WHERE kept.key = wanted.value AND kept.state <> 'deleting'
  )`;
  return db
    .update(objects)
    .set({ state: "live", state_since: now })
    .where(
      sql`${objects.key} IN ${listed} AND CASE WHEN EXISTS (${lost}) THEN json_extract('{}', 'an object was swept') ELSE 1 END`,
    );
}

/** What a streamed object turned out to be, once all of it is stored. */
export function describePending(db: Database, key: string, found: { size_bytes: number; sha256: string }) {
  return db
    .update(objects)
    .set({ ...found, r2_upload_id: null })
    .where(eq(objects.key, key));
}

/**
 * For the batch that switches a row to the object. Raises, so that the batch rolls back, when the sweeper has claimed
 * or removed it: SQLite has no other way to make an update that matches nothing fail than an expression that does.
 */
export function markLive(db: Database, key: string, now: number) {
  const kept = sql`SELECT 1 FROM objects AS kept WHERE kept.key = ${key} AND kept.state <> 'deleting'`;
  return db
    .update(objects)
    .set({ state: "live", state_since: now })
    .where(
      sql`${objects.key} = CASE WHEN EXISTS (${kept}) THEN ${key} ELSE json_extract('{}', 'the object was swept') END`,
    );
}

/**
 * For the batch that switches a row away from the object, which a query may name: the one that the row has right then.
 * Its sidecars go with it. Put it before `markLive`: equal bytes have equal keys.
 */
export function markOrphaned(db: Database, key: string | SQL<string>, now: number) {
  return db
    .update(objects)
    .set({ state: "orphaned", state_since: now })
    .where(and(or(eq(objects.key, key), isSidecarOf(sql`${key}`)), isUsed));
}

/** As `markOrphaned`, for all objects whose keys a query with one column finds. */
export function markAllOrphaned(db: Database, keys: SQLWrapper, now: number) {
  const beside = sql`SELECT objects.key FROM named JOIN objects ON ${isSidecarOf(sql`named.key`)}`;
  const chosen = sql`(WITH named (key) AS ${keys} SELECT key FROM named UNION ALL ${beside})`;
  return db
    .update(objects)
    .set({ state: "orphaned", state_since: now })
    .where(and(sql`${objects.key} IN ${chosen}`, isUsed));
}

/** Gives up every object that one origin, such as a job, has written. */
export function markAllOrphanedOf(db: Database, origin: string, now: number) {
  return db
    .update(objects)
    .set({ state: "orphaned", state_since: now })
    .where(and(eq(objects.origin, origin), isUsed));
}

/** The live sidecar of a kind that an object has, the newest first. */
export function findSidecar(db: Database, object_key: string, kind: string) {
  const prefix = `${object_key}${SIDECAR}${kind}.`;
  return db
    .select({ key: objects.key, size_bytes: objects.size_bytes })
    .from(objects)
    .where(and(gt(objects.key, prefix), lt(objects.key, `${prefix}~`), sql`+objects.state = 'live'`))
    .orderBy(desc(objects.created_at))
    .limit(1);
}

/** Stands in keys between the object's and what its sidecar is: `<object key>.sidecar.preview.jsonl.<checksum>`. */
export const SIDECAR = ".sidecar.";
/** What sidecars are, as their paths end. */
export const SIDECAR_KINDS = ["preview.jsonl", "pyramid.bin"] as const;

/** Here and above, the plus keeps SQLite from looking through all objects of these states instead of the few that are named. */
const isUsed = sql`+objects.state IN ('pending', 'live')`;

/** A range of the primary key; `/` is the character after the closing dot. */
const isSidecarOf = (key: SQL) => sql`(objects.key > ${key} || '.sidecar.' AND objects.key < ${key} || '.sidecar/')`;

interface SweepRule {
  /** Objects that have not been live since before this are claimed; ms. */
  unused_since: number;
  /** Claims from before this belong to a sweep that is gone; ms. */
  claimed_before: number;
  limit: number;
}

/** Claims objects for deletion and returns their keys, with the uploads in parts that were never ended. */
export function claimUnused(db: Database, { unused_since, claimed_before, limit }: SweepRule, now: number) {
  // An upload that is still kept goes with its row.
  const uploaded = sql`EXISTS (SELECT 1 FROM ${uploads} WHERE ${uploads.object_key} = ${objects.key})`;
  const unused = and(
    inArray(objects.state, ["pending", "orphaned"]),
    lt(objects.state_since, unused_since),
    sql`NOT (${objects.state} = 'pending' AND ${uploaded})`,
  );
  const stuck = and(eq(objects.state, "deleting"), lt(objects.state_since, claimed_before));
  const keys = db.select({ key: objects.key }).from(objects).where(or(unused, stuck)).limit(limit);
  return db
    .update(objects)
    .set({ state: "deleting", state_since: now })
    .where(inArray(objects.key, keys))
    .returning({ key: objects.key, r2_upload_id: objects.r2_upload_id, size_bytes: objects.size_bytes });
}

/** Claims the objects whose keys a query with one column finds, and their sidecars, whatever state they are in. */
export function claimNamed(db: Database, keys: SQL, limit: number, now: number) {
  const beside = sql`SELECT objects.key FROM named JOIN objects ON ${isSidecarOf(sql`named.key`)}`;
  const own = sql`SELECT objects.key FROM named JOIN objects ON objects.key = named.key`;
  const chosen = sql`(WITH named (key) AS (${keys}) ${own} UNION ${beside} LIMIT ${limit})`;
  return db
    .update(objects)
    .set({ state: "deleting", state_since: now })
    .where(sql`${objects.key} IN ${chosen}`)
    .returning({ key: objects.key, r2_upload_id: objects.r2_upload_id });
}

/** Claims an object that no row names yet; none when it is live or being removed already. */
export function claimPending(db: Database, key: string, now: number) {
  return db
    .update(objects)
    .set({ state: "deleting", state_since: now })
    .where(and(eq(objects.key, key), eq(objects.state, "pending")))
    .returning({ key: objects.key });
}

/** Removes the rows of one claim, once their bytes are gone. */
export function removeClaimed(db: Database, keys: readonly string[], claimed_at: number) {
  const listed = sql`(SELECT value FROM json_each(${JSON.stringify(keys)}))`;
  return db
    .delete(objects)
    .where(and(sql`${objects.key} IN ${listed}`, eq(objects.state, "deleting"), eq(objects.state_since, claimed_at)));
}
