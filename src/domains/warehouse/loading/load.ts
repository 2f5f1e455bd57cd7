import type { WriteDisposition } from "../../../connectors/sources/source.ts";
import type { Context } from "../../../context.ts";
import { conflict } from "../../../errors.ts";
import { joinNames, pointerOf } from "../../../formats/flatten-names.ts";
import type { ColumnType } from "../../../formats/flatten-types.ts";
import type { LoadTable } from "../warehouse.tables.ts";
import { MOST_COLUMNS } from "./load-columns.ts";
import { storedName } from "./table-names.ts";
import { findLoad, listSchema, type LoadRow, type TableRow } from "./registry.store.ts";

/** What is loaded, and how. */
export interface LoadTarget {
  schema: string;
  /** The table of the stream; those of its lists are named after it. */
  name: string;
  /** Source or model whose table this is, such as `source:shop`. */
  owner: string;
  /** Id of the load, such as its job's: the same id goes on where it was, another one begins afresh. */
  load: string;
  disposition: WriteDisposition;
  /** Columns that identify a row; without them every row is a new one. Not looked at when rows are appended. */
  key: readonly string[];
  cursor_field: string | null;
  /** Recognise numbers and truth values in texts, as files of text need it. */
  read_texts?: boolean;
  /** Columns that exist even without a value; those with a type hold at least that. */
  columns?: readonly { key: string; type?: ColumnType }[];
}

/** A load as its last batch left it. Verbs answer the next one; it holds once their statements are committed. */
export interface Load {
  target: LoadTarget;
  replaces: boolean;
  /** Names of the columns that identify a row; empty where every row is new. */
  key: readonly string[];
  /** The columns that a table always has room for: key and cursor. */
  first: readonly string[];
  /** The stream's own table first. */
  tables: LoadTable[];
  /** What people read now, by name. */
  shown: ReadonlyMap<string, TableRow>;
  /** Where the next page begins; null at the start. */
  position: unknown;
  /** Rows of the stream so far, those that replaced others included. */
  row_count: number;
  finished: boolean;
  /** Stored tables that an abandoned load left behind; the next batch drops them. */
  leftovers: readonly string[];
}

/** The load with this id where it is, or a new one. Throws 409 when the table belongs to someone else. */
export async function openLoad(ctx: Context, target: LoadTarget): Promise<Load> {
  const { schema, name, owner } = target;
  const [shownRows, [last]] = await ctx.warehouse.batch([
    listSchema(ctx.warehouse, schema),
    findLoad(ctx.warehouse, schema, name),
  ]);
  const shown = new Map(shownRows.map((row) => [row.name, row]));
  const own = shown.get(name);
  if (own && (own.owner !== owner || own.stream !== name)) {
    throw conflict(`Table ${schema}.${name} belongs to ${own.owner}`);
  }
  const replaces = target.disposition === "replace";
  const key = target.disposition === "append" ? [] : target.key.map(columnName);
  const first = target.cursor_field === null ? key : [...key, columnName(target.cursor_field)];
  const load = { target, replaces, key, first, shown };
  const known = shownRows.filter((row) => row.owner === owner && row.stream === name);
  if (last?.load === target.load) {
    const tables = last.replaces ? last.tables : known.map(liveTable);
    const { position, row_count, finished } = last;
    return { ...load, tables: withStream(tables, target), position, row_count, finished, leftovers: [] };
  }
  const tables = withStream(known.map(replaces ? nextGeneration : liveTable), target);
  return { ...load, tables, position: null, row_count: 0, finished: false, leftovers: leftoversOf(last) };
}

/** The column of a name as sources give it: `billing__customerId`. */
export const columnName = (name: string) => joinNames(name.split("__"));

/** Rows are written into the table that people read. */
const liveTable = ({ name, lists, generation, columns, extra_columns }: TableRow): LoadTable => ({
  lists,
  name,
  generation,
  created: true,
  columns: columns.map((column) => ({ ...column, fallback: column.type })),
  extra_columns,
});

/** Columns keep their places; what they hold is found out anew. */
const nextGeneration = ({ name, lists, generation, columns, extra_columns }: TableRow): LoadTable => ({
  lists,
  name,
  generation: generation + 1,
  created: false,
  columns: columns.map((column) => ({ ...column, type: null, fallback: column.type })),
  extra_columns,
});

/** The tables with the stream's own at the head, and its declared columns in it as far as there is room. */
function withStream(tables: readonly LoadTable[], { name, columns: declared = [] }: LoadTarget): LoadTable[] {
  const found = tables.find(({ lists }) => lists.length === 0);
  const stream = found ?? { lists: [], name, generation: 1, created: false, columns: [], extra_columns: [] };
  const columns = [...stream.columns];
  for (const { key, type } of declared) {
    const path = pointerOf([key]);
    const known = columns.findIndex((column) => column.path === path);
    const before = columns[known];
    if (before && !stream.created && type) columns[known] = { ...before, type: before.type ?? type };
    const hasRoom = columns.filter((column) => column.path.startsWith("/")).length < MOST_COLUMNS;
    const isNew = !before && hasRoom && !stream.extra_columns.some((extra) => extra.path === path);
    const fallback = type ?? "text";
    if (isNew) columns.push({ name: joinNames([key]), path, type: stream.created ? null : (type ?? null), fallback });
  }
  return [{ ...stream, columns }, ...tables.filter(({ lists }) => lists.length > 0)];
}

function leftoversOf(last: LoadRow | undefined): string[] {
  if (!last?.replaces || last.finished) return [];
  const created = last.tables.filter((table) => table.created);
  return created.map(({ name, generation }) => storedName(last.schema, name, generation));
}
