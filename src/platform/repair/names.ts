import { or, type SQL, sql, type SQLWrapper } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "../../context.ts";
import type { Statement } from "../jobs/define.ts";
import { jobs } from "../jobs/tables.ts";
import { SIDECAR, SIDECAR_KINDS } from "../storage/objects.store.ts";
import { objects } from "../storage/tables.ts";

/** A column whose rows name objects: as long as a row has a key, its object stays. */
export interface NamingColumn {
  table: SQLiteTable;
  /** The key that a row names; null where it names none. */
  key: SQLWrapper;
  /** Rows that name an object at all; all of them when absent. */
  where?: SQL;
  /** Notes what is wrong with the bytes where people see it. */
  noteDamage?(db: Database, key: string, damage: string): Statement;
}

/** What keeps objects. */
export interface Names {
  columns: readonly NamingColumn[];
  /** Conditions on a row of `objects`, for those that no column names. */
  kept: readonly SQL[];
  /** Folders whose objects need no row. */
  brought: readonly string[];
}

/** Keys from `from` to `to`, both included. */
interface KeyRange {
  from: string;
  to: string;
}

export const onlyKey = (key: string): KeyRange => ({ from: key, to: key });
export const EVERY_KEY: KeyRange = { from: "", to: "\u{10ffff}" };

/** Whether a column names the key, which lies in the range: columns without an index are read once for each range. */
export function isNamed({ columns }: Pick<Names, "columns">, key: SQLWrapper, range: KeyRange): SQL {
  const named = columns.map(
    (column) => sql`${key} IN (SELECT ${column.key} FROM ${column.table} WHERE ${within(column, range)})`,
  );
  return or(...named) ?? sql`0`;
}

/** Whether a row of `objects` is kept by a column, by a domain, by the object that it lies beside, or by a job under way. */
export function isKept(names: Names, range: KeyRange): SQL {
  const writer = sql`SELECT 1 FROM ${jobs} WHERE ${jobs.id} = ${objects.origin} AND ${jobs.status} IN ('pending', 'running')`;
  const kept = [isNamed(names, objects.key, range), ...names.kept, ...besideLive, sql`EXISTS (${writer})`];
  return or(...kept) ?? sql`0`;
}

/** Rows of the column that name a key of the range. */
function within({ key, where = sql`1` }: NamingColumn, { from, to }: KeyRange): SQL {
  return sql`${key} >= ${from} AND ${key} <= ${to} AND ${where}`;
}

/** The key of the file that a sidecar lies beside, which can be read without it; null for what is no sidecar. */
export function fileOfSidecar(key: string): string | null {
  for (const kind of SIDECAR_KINDS) {
    const start = key.lastIndexOf(`${SIDECAR}${kind}.`);
    if (start > 0 && /\.[0-9a-f]{16}$/.test(key)) return key.slice(0, start);
  }
  return null;
}

const besideLive = SIDECAR_KINDS.map((kind) => {
  const ending = `${SIDECAR}${kind}`;
  const file = sql`substr(${objects.path}, 1, length(${objects.path}) - ${ending.length})`;
  return sql`(substr(${objects.path}, -${sql.raw(String(ending.length))}) = ${ending} AND EXISTS (
    SELECT 1 FROM objects AS beside WHERE beside.key = ${file} AND beside.state IN ('pending', 'live')))`;
});
