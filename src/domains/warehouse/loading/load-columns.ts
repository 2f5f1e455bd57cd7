import type { FlatColumn, FlatTable } from "../../../formats/flatten.ts";
import { joinNames, markName } from "../../../formats/flatten-names.ts";
import { kindsOfType, typeOfKinds } from "../../../formats/flatten-types.ts";
import type { LoadTable, WarehouseColumn } from "../warehouse.tables.ts";
import { EXTRA } from "./generation.store.ts";

/** Columns of a source that a table keeps; D1 allows 100 in all. */
export const MOST_COLUMNS = 90;

/** Names the row that the rows of its lists point at. */
export const ROW_ID = "_catchment_id";
/** In tables of lists: the row whose list it is, and the position in it. */
export const PARENT_ID = "_catchment_parent_id";
export const LIST_INDEX = "_catchment_list_idx";

/** Where the values of a page go. */
export interface Placement {
  table: LoadTable;
  /** By position of the flat column: the name of its column, and whether that lies in `_extra`. */
  targets: { name: string; extra: boolean }[];
}

export const isTyped = (column: LoadTable["columns"][number]): column is WarehouseColumn & typeof column =>
  column.type !== null;

export const typedColumns = (table: LoadTable): WarehouseColumn[] =>
  table.columns.filter(isTyped).map(({ name, path, type }) => ({ name, path, type }));

/**
 * Gives each column of a page its place: the one it has, or a new one. New ones come as key, cursor, scalars, then by
 * first appearance; what the table has no room for lies in `_extra` from then on.
 */
export function placeColumns(table: LoadTable, flat: FlatTable, first: readonly string[]): Placement {
  const columns = new Map(table.columns.map((column) => [column.path, column.name]));
  const extras = new Map(table.extra_columns.map((column) => [column.path, column.name]));
  const taken = new Set([...columns.values(), ...extras.values()]);
  const newcomers = flat.columns
    .filter(({ path }) => !columns.has(path) && !extras.has(path))
    .map((column) => ({ column, name: nameColumn(column, taken) }))
    .map((newcomer) => ({ ...newcomer, rank: rankOf(newcomer.name, newcomer.column, first) }))
    .sort((a, b) => a.rank - b.rank);
  let room = MOST_COLUMNS - table.columns.filter(({ path }) => path.startsWith("/")).length;
  for (const { column, name, rank } of newcomers) {
    const fits = room > 0 || rank < first.length;
    (fits ? columns : extras).set(column.path, name);
    if (fits) room -= 1;
  }
  const added = newcomers.map(({ column, name }) => ({ name, path: column.path }));
  const placed: LoadTable = {
    ...table,
    columns: [
      ...table.columns,
      ...added
        .filter(({ path }) => columns.has(path))
        .map((column) => ({ ...column, type: null, fallback: "text" as const })),
    ],
    extra_columns: [...table.extra_columns, ...added.filter(({ path }) => extras.has(path))],
  };
  const targets = flat.columns.map(({ path }) => {
    const name = columns.get(path);
    return name === undefined ? { name: extras.get(path) ?? path, extra: true } : { name, extra: false };
  });
  return { table: widenColumns(placed, flat), targets };
}

/** The table with a column that loading fills itself. */
export function withOwnColumn(table: LoadTable, name: string, type: "text" | "integer"): LoadTable {
  if (table.columns.some((column) => column.name === name)) {
    const columns = table.columns.map((column) => (column.name === name ? { ...column, type } : column));
    return { ...table, columns };
  }
  return { ...table, columns: [...table.columns, { name, path: name, type, fallback: type }] };
}

/** Types that hold what was there and what has come. */
function widenColumns(table: LoadTable, flat: FlatTable): LoadTable {
  const kinds = new Map(flat.columns.map((column) => [column.path, column.kinds]));
  const columns = table.columns.map((column) => {
    const seen = (kinds.get(column.path) ?? 0) | (column.type === null ? 0 : kindsOfType(column.type));
    return { ...column, type: typeOfKinds(seen) };
  });
  return { ...table, columns };
}

function nameColumn({ keys, path }: FlatColumn, taken: Set<string>): string {
  const natural = joinNames(keys);
  const own = natural.startsWith("_catchment") || natural === EXTRA ? `x${natural}` : natural;
  const name = taken.has(own) ? markName(own, path) : own;
  taken.add(name);
  return name;
}

function rankOf(name: string, { keys }: FlatColumn, first: readonly string[]): number {
  const rank = first.indexOf(name);
  if (rank !== -1) return rank;
  return first.length + (keys.length === 1 ? 0 : 1);
}
