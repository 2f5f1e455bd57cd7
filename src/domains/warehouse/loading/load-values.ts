import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../../../context.ts";
import type { FlatRow } from "../../../formats/flatten.ts";
import { encodeCell } from "../../../formats/flatten-types.ts";
import type { Statement } from "../../../platform/jobs/define.ts";
import type { LoadTable } from "../warehouse.tables.ts";
import { EXTRA } from "./generation.store.ts";
import type { Load } from "./load.ts";
import type { Stamps } from "./load-rows.ts";
import { isTyped, LIST_INDEX, PARENT_ID, ROW_ID } from "./load-columns.ts";
import { changeRowCount } from "./registry.store.ts";
import { joinChunks } from "./row-chunks.ts";
import type { IdentifiedRows } from "./row-identity.ts";
import { countWhere, deleteWhere, hasKey, insertRows } from "./rows.store.ts";
import { storedName } from "./table-names.ts";

/** Inserts the rows of one table. */
export function writeRows(db: Database, load: Load, part: IdentifiedRows, stamps: Stamps): Statement[] {
  const { schema } = load.target;
  const { name, generation } = part.table;
  const { rows } = part.flat;
  if (rows.length === 0) return [];
  const columns = columnWriters(part, part.flat.lists.length === 0 ? stamps : {});
  const elements = rows.map((row) => {
    let text = "";
    for (const { write } of columns) text += `${text === "" ? "[" : ","}${write(row)}`;
    return `${text}]`;
  });
  const names = columns.map((column) => column.name);
  const stored = storedName(schema, name, generation);
  const inserts = joinChunks(elements, `${schema}.${name}`).map((chunk) => insertRows(db, stored, names, chunk));
  return load.replaces ? inserts : [...inserts, changeRowCount(db, schema, name, sql`${rows.length}`)];
}

/** Deletes the stored rows with the keys of a page, and the elements of their lists. */
export function removeReplaced(db: Database, before: Load, load: Load, parts: readonly IdentifiedRows[]): Statement[] {
  const [stream] = parts;
  const existed = new Set(before.tables.filter(({ created }) => created).map(({ name }) => name));
  if (!stream || load.key.length === 0 || !existed.has(stream.table.name)) return [];
  const lists = load.tables.filter(({ lists: keys, name }) => keys.length > 0 && existed.has(name));
  const ids = stream.flat.rows.map((row) => idOf(stream.ids, row));
  const deepestFirst = lists.toSorted((a, b) => b.lists.length - a.lists.length);
  return [
    ...joinChunks(ids, stream.table.name).flatMap((chunk) =>
      deepestFirst.flatMap((table) => removeRows(db, load, table, belongsTo(load, lists, table, chunk))),
    ),
    ...joinChunks(stream.keys, stream.table.name).flatMap((chunk) =>
      removeRows(db, load, stream.table, hasKey(load.key, chunk)),
    ),
  ];
}

/** Deletes rows and takes them off the count. */
function removeRows(
  db: Database,
  { replaces, target: { schema } }: Load,
  table: LoadTable,
  condition: SQL,
): Statement[] {
  const stored = storedName(schema, table.name, table.generation);
  const deletion = deleteWhere(db, stored, condition);
  if (replaces) return [deletion];
  return [changeRowCount(db, schema, table.name, sql`-${countWhere(stored, condition)}`), deletion];
}

/** The statements that take rows of the stream out of the table that people read, by the value of one column. */
export function forgetRows(db: Database, load: Load, column: string, value: string): Statement[] {
  const [table] = load.tables;
  if (!table?.created || !table.columns.some(({ name, type }) => name === column && type !== null)) return [];
  return removeRows(db, load, table, sql`${sql.identifier(column)} = ${value}`);
}

/** Elements of lists of these rows of the stream, at any depth. */
function belongsTo(load: Load, lists: readonly LoadTable[], table: LoadTable, ids: string): SQL {
  const parents = lists.filter(
    (other) => isWithin(table, other) && other.columns.some(({ name, type }) => name === ROW_ID && type !== null),
  );
  const parent = sql.identifier(PARENT_ID);
  const conditions = [sql`${parent} IN (SELECT value FROM json_each(${ids}))`];
  for (const other of parents) {
    const stored = sql.identifier(storedName(load.target.schema, other.name, other.generation));
    const within = belongsTo(load, lists, other, ids);
    conditions.push(sql`${parent} IN (SELECT ${sql.identifier(ROW_ID)} FROM ${stored} WHERE ${within})`);
  }
  return sql`(${sql.join(conditions, sql` OR `)})`;
}

const isWithin = (table: LoadTable, other: LoadTable) =>
  other.lists.length < table.lists.length && other.lists.every((key, depth) => table.lists[depth] === key);

interface ColumnWriter {
  name: string;
  /** The cell as JSON. */
  write(row: FlatRow): string;
}

function columnWriters({ table, targets, ids }: IdentifiedRows, stamps: Stamps): ColumnWriter[] {
  const positions = new Map(targets.map(({ name, extra }, position) => [extra ? null : name, position]));
  const writers: ColumnWriter[] = [];
  for (const { name, path, type } of table.columns.filter(isTyped)) {
    const position = path.startsWith("/") ? positions.get(name) : undefined;
    if (position !== undefined) writers.push({ name, write: ({ cells }) => encodeCell(cells[position], type) });
    else if (stamps[path] !== undefined) writers.push({ name, write: stampWriter(stamps[path]) });
    else if (path === ROW_ID) writers.push({ name, write: (row) => (row.has_children ? idOf(ids, row) : "null") });
    else if (path === PARENT_ID) writers.push({ name, write: ({ parent }) => (parent ? idOf(ids, parent) : "null") });
    else if (path === LIST_INDEX) writers.push({ name, write: ({ index }) => String(index) });
  }
  const extras = targets.flatMap(({ name, extra }, position) =>
    extra ? [{ label: JSON.stringify(name), position }] : [],
  );
  if (extras.length > 0) writers.push({ name: EXTRA, write: ({ cells }) => writeExtra(extras, cells) });
  return writers;
}

function stampWriter(stamp: Stamps[string]): ColumnWriter["write"] {
  if (typeof stamp !== "string") return ({ index }) => String(stamp[index]);
  const text = JSON.stringify(stamp);
  return () => text;
}

const idOf = (ids: Map<FlatRow, string>, row: FlatRow) => JSON.stringify((ids.get(row) ?? "").toWellFormed());

/** What has no column, as the text of a JSON object; null when there is nothing. */
function writeExtra(extras: readonly { label: string; position: number }[], cells: FlatRow["cells"]): string {
  const members: string[] = [];
  for (const { label, position } of extras) {
    const value = cells[position];
    if (value === undefined || value === null) continue;
    const isNumber = typeof value === "number" ? Number.isFinite(value) : typeof value !== "string";
    members.push(`${label}:${isNumber ? String(value) : JSON.stringify(String(value).toWellFormed())}`);
  }
  return members.length === 0 ? "null" : JSON.stringify(`{${members.join(",")}}`);
}
