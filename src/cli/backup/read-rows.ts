import { Failure } from "../failure.ts";
import { quoteName, quoteText } from "./sql-text.ts";

const PAGE_BYTES = 4 * 1024 * 1024;
const FIRST_PAGE_ROWS = 16;
const MOST_ROWS = 2000;

export interface Table {
  name: string;
  /** The statement that made it. */
  sql: string;
  /** Those that are stored, in their order; without generated ones. */
  columns: { name: string; type: string; key: number }[];
  /** A name under which the row's own number can be read and written: the platform pages by it. */
  rowid: string;
  /** Whether a column is that number. */
  isNumbered: boolean;
}

/** One stored row, each cell as the SQL literal that means exactly it. */
export interface StoredRow {
  rowid: string;
  cells: string[];
}

interface SchemaRow {
  name: string;
  sql: string;
}

/** Every table of a database in the order of creation, without those of SQLite and of D1 itself. */
export async function readTables(db: D1Database): Promise<Table[]> {
  const { results } = await db
    .prepare(
      String.raw`SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL
        AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '\_cf\_%' ESCAPE '\' ORDER BY rowid`,
    )
    .all<SchemaRow>();
  const tables: Table[] = [];
  for (const { name, sql } of results) tables.push(await describe(db, name, sql));
  return tables;
}

/** The statements of indices and views, in an order in which they can be run. */
export async function readOtherSchema(db: D1Database): Promise<SchemaRow[]> {
  const { results } = await db
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type IN ('index', 'view') AND sql IS NOT NULL ORDER BY type, rowid",
    )
    .all<SchemaRow>();
  return results;
}

/** Last number that each AUTOINCREMENT table gave; none where no table has one. */
export async function readSequences(db: D1Database): Promise<{ name: string; seq: number }[]> {
  const there = await db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").first();
  if (!there) return [];
  const { results } = await db.prepare("SELECT name, seq FROM sqlite_sequence ORDER BY rowid").all<{
    name: string;
    seq: number;
  }>();
  return results.filter(({ name }) => !name.startsWith("_cf_"));
}

/** The rows of a table, those for which `condition` (SQL) holds, in the order of their numbers, read page by page. */
export async function* readRows(db: D1Database, table: Table, condition = "1"): AsyncGenerator<StoredRow> {
  const { rowid } = table;
  const value = (name: string) => {
    const column = quoteName(name);
    // JavaScript's numbers are neither SQLite's integers nor do they tell 1.0 from 1.
    return `CASE WHEN typeof(${column}) IN ('integer', 'real') THEN quote(${column}) ELSE ${column} END`;
  };
  const select = (expressions: string[]) =>
    `SELECT ${[`CAST(${rowid} AS TEXT) AS r`, ...expressions.map((text, index) => `${text} AS c${index}`)].join(", ")}
       FROM ${quoteName(table.name)} WHERE ${rowid} > CAST(? AS INTEGER) AND (${condition}) ORDER BY ${rowid} LIMIT ?`;
  const values = select(table.columns.map(({ name }) => value(name)));
  // In a query of their own: D1 answers at most 100 columns.
  const types = select(table.columns.map(({ name }) => `typeof(${quoteName(name)})`));
  let after = "-9223372036854775808";
  for (let limit = FIRST_PAGE_ROWS; ;) {
    const [cells, kinds] = await db.batch<Record<string, unknown>>([
      db.prepare(values).bind(after, limit),
      db.prepare(types).bind(after, limit),
    ]);
    const rows = cells?.results ?? [];
    let bytes = 0;
    for (const [index, row] of rows.entries()) {
      const kind = kinds?.results[index] ?? {};
      const literals = table.columns.map((_, column) => toLiteral(String(kind[`c${column}`]), row[`c${column}`]));
      for (const literal of literals) bytes += literal.length;
      after = String(row.r);
      yield { rowid: after, cells: literals };
    }
    if (rows.length < limit) return;
    limit = Math.max(1, Math.min(MOST_ROWS, limit * 4, Math.floor((PAGE_BYTES * rows.length) / Math.max(bytes, 1))));
  }
}

async function describe(db: D1Database, name: string, sql: string): Promise<Table> {
  const { results } = await db
    .prepare("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid")
    .bind(name)
    .all<{ name: string; type: string; pk: number; hidden: number }>();
  const columns = results
    .filter(({ hidden }) => hidden === 0)
    .map((column) => ({ name: column.name, type: column.type, key: column.pk }));
  const taken = new Set(results.map((column) => column.name.toLowerCase()));
  const keys = columns.filter(({ key }) => key > 0);
  const isNumbered = keys.length === 1 && keys[0]?.type.toUpperCase() === "INTEGER";
  const rowid = ["rowid", "_rowid_", "oid"].find((alias) => !taken.has(alias));
  if (rowid === undefined) throw new Failure(`Table ${name} hides the numbers of its rows, so that it cannot be read.`);
  return { name, sql, columns, rowid, isNumbered };
}

function toLiteral(type: string, value: unknown): string {
  if (type === "null") return "NULL";
  if (type === "text") return quoteText(String(value));
  if (type === "blob") return `X'${Buffer.from(value as number[]).toString("hex")}'`; // D1 answers blobs as bytes.
  return String(value);
}
