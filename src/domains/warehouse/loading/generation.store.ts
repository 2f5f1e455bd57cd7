import { sql } from "drizzle-orm";
import type { Database } from "../../../context.ts";
import type { ColumnType } from "../../../formats/flatten-types.ts";
import type { Statement } from "../../../platform/jobs/define.ts";
import type { WarehouseColumn } from "../warehouse.tables.ts";
import { quote } from "./table-names.ts";

/** Holds as JSON what a table has no columns for. */
export const EXTRA = "_extra";

/** A stored table: `<schema>__<name>__v<generation>`. */
export interface Stored {
  name: string;
  columns: readonly WarehouseColumn[];
  /** Columns that identify a row. */
  key: readonly string[];
  /** A column to find rows by. */
  lookup: string | null;
}

/** SQLite's class of a column: what is compared with it is converted to that. */
export function affinityOf(type: ColumnType): "INTEGER" | "REAL" | "TEXT" {
  if (type === "integer" || type === "boolean") return "INTEGER";
  return type === "real" ? "REAL" : "TEXT";
}

/** An empty table with its indexes. */
export function createStored(db: Database, { name, columns, key, lookup }: Stored): Statement[] {
  const declared = columns.map((column) => `${quote(column.name)} ${affinityOf(column.type)}`);
  const statements = [`CREATE TABLE ${quote(name)} (${[...declared, `${quote(EXTRA)} TEXT`].join(", ")})`];
  if (key.length > 0) {
    statements.push(`CREATE INDEX ${quote(`${name}__key`)} ON ${quote(name)} (${key.map(quote).join(", ")})`);
  }
  if (lookup !== null) {
    statements.push(`CREATE INDEX ${quote(`${name}__lookup`)} ON ${quote(name)} (${quote(lookup)})`);
  }
  return statements.map((statement) => db.run(sql.raw(statement)));
}

export function addColumns(db: Database, stored: string, columns: readonly WarehouseColumn[]): Statement[] {
  return columns.map(({ name, type }) =>
    db.run(sql.raw(`ALTER TABLE ${quote(stored)} ADD COLUMN ${quote(name)} ${affinityOf(type)}`)),
  );
}

/** Copies all rows into a table with wider columns; columns that are new stay empty. */
export function convertRows(db: Database, from: Stored, to: Stored): Statement[] {
  const before = new Map(from.columns.map(({ name, type }) => [name, type]));
  const kept = to.columns.filter(({ name }) => before.has(name));
  const names = [...kept.map(({ name }) => quote(name)), quote(EXTRA)].join(", ");
  const values = kept.map(({ name, type }) => convert(quote(name), before.get(name) ?? type, type));
  const copy = `INSERT INTO ${quote(to.name)} (${names}) SELECT ${[...values, quote(EXTRA)].join(", ")} FROM ${quote(from.name)}`;
  return [...createStored(db, to), db.run(sql.raw(copy)), ...dropStored(db, [from.name])];
}

/** Points the view that people read at a stored table. */
export function showStored(db: Database, view: string, stored: string, columns: readonly string[]): Statement[] {
  const selected = columns.map(quote).join(", ");
  return [
    db.run(sql.raw(`DROP VIEW IF EXISTS ${quote(view)}`)),
    db.run(sql.raw(`CREATE VIEW ${quote(view)} AS SELECT ${selected} FROM ${quote(stored)}`)),
  ];
}

export const dropStored = (db: Database, names: readonly string[]): Statement[] =>
  names.map((name) => db.run(sql.raw(`DROP TABLE IF EXISTS ${quote(name)}`)));

export const dropView = (db: Database, view: string): Statement =>
  db.run(sql.raw(`DROP VIEW IF EXISTS ${quote(view)}`));

/** Whether a column of whole numbers has one that a double would round. */
export function findRounded(db: Database, stored: string, column: string) {
  const value = sql.identifier(column);
  // 2^63 - 1 is rounded up and cut off again, so the way back does not show it.
  return db
    .select({ rounded: sql<number>`1` })
    .from(sql`${sql.identifier(stored)}`)
    .where(sql`CAST(CAST(${value} AS REAL) AS INTEGER) <> ${value} OR ${value} = 9223372036854775807`)
    .limit(1);
}

function convert(column: string, from: ColumnType, to: ColumnType): string {
  if (affinityOf(from) === affinityOf(to) && from !== "boolean") return column;
  if (to === "real") return `CAST(${column} AS REAL)`;
  if (from === "boolean")
    return to === "boolean" ? column : `CASE ${column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`;
  if (from === "integer") return `CAST(${column} AS TEXT)`;
  // SQLite writes 2.0 where the source wrote 2.
  return `CASE WHEN abs(${column}) < 9e15 AND ${column} = CAST(${column} AS INTEGER) THEN CAST(CAST(${column} AS INTEGER) AS TEXT) ELSE replace(CAST(${column} AS TEXT), '.0e', 'e') END`;
}
