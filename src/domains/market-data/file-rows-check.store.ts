import { and, asc, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { manifest } from "./tables.ts";

/** Files of rows after an id, up to `until` where there is one. */
export function listCountedFiles(
  db: Database,
  { after, until }: { after: number; until: number | null },
  limit: number,
) {
  return db
    .select()
    .from(manifest)
    .where(
      and(
        gt(manifest.id, after),
        until === null ? undefined : sql`${manifest.id} <= ${until}`,
        isNotNull(manifest.row_count),
        isNull(manifest.version),
      ),
    )
    .orderBy(asc(manifest.id))
    .limit(limit);
}

export function findLastFile(db: Database) {
  return db.select({ last: sql<number>`coalesce(max(${manifest.id}), 0)` }).from(manifest);
}

/** Writes down how many rows a file has, unless it was replaced meanwhile. */
export function correctRowCount(db: Database, path: string, object_key: string, row_count: number) {
  return db
    .update(manifest)
    .set({ row_count })
    .where(and(eq(manifest.path, path), eq(manifest.object_key, object_key)));
}
