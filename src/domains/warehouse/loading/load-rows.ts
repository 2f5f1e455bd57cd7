import type { Context } from "../../../context.ts";
import { badRequest, conflict } from "../../../errors.ts";
import { flattenRows, type FlatTable } from "../../../formats/flatten.ts";
import { markName } from "../../../formats/flatten-names.ts";
import type { Statement } from "../../../platform/jobs/define.ts";
import type { LoadTable } from "../warehouse.tables.ts";
import { dropStored, findRounded } from "./generation.store.ts";
import type { Load } from "./load.ts";
import { LIST_INDEX, PARENT_ID, type Placement, placeColumns, ROW_ID, withOwnColumn } from "./load-columns.ts";
import { identifyRows } from "./row-identity.ts";
import { saveLoad, writeStructure } from "./load-structure.ts";
import { removeReplaced, writeRows } from "./load-values.ts";
import { listTableName, storedName } from "./table-names.ts";

export interface Page {
  /** As the source answers them. */
  rows: readonly Record<string, unknown>[];
  /** Where the next page begins. */
  position: unknown;
  /** Columns that loading adds to the rows of the stream, with names that begin with `_catchment_`. */
  stamps?: Stamps;
}

/** Values by column: one text for all rows of a page, or a whole number for each. */
export type Stamps = Readonly<Record<string, string | readonly number[]>>;

/** One batch of a load. */
export interface LoadBatch {
  /** For one transaction in the warehouse, behind the job's guard. */
  statements: Statement[];
  /** The load once they are committed. */
  load: Load;
  /** Columns that went into `_extra` for the first time, as `table.column`. */
  overflow: string[];
}

/** Rows of a page on their way into a table. */
export interface PlacedRows extends Placement {
  flat: FlatTable;
}

/**
 * The statements that load a page. Throws 400 for a row without its key or larger than D1 holds, and 409 when the table
 * of a list belongs to another stream.
 */
export async function loadRows(ctx: Context, load: Load, { rows, position, stamps = {} }: Page): Promise<LoadBatch> {
  const { target, leftovers } = load;
  const flats = flattenRows(rows, { readTexts: target.read_texts ?? false });
  const tables = new Map(load.tables.map((table) => [JSON.stringify(table.lists), table]));
  const placed: PlacedRows[] = [];
  for (const flat of flats) {
    const identity = JSON.stringify(flat.lists);
    const before = tables.get(identity) ?? openListTable(load, [...tables.values()], flat.lists);
    const isStream = flat.lists.length === 0;
    const own = isStream ? Object.keys(stamps) : [PARENT_ID, LIST_INDEX];
    const placement = placeColumns(withOwnColumns(before, flat, own, stamps), flat, isStream ? load.first : []);
    const table = await keepExact(ctx, load, before, placement.table);
    tables.set(identity, table);
    placed.push({ ...placement, table, flat });
  }
  const changed = [...tables].map(([identity, table]) => {
    const before = load.tables.find(({ lists }) => JSON.stringify(lists) === identity);
    return writeStructure(
      ctx,
      load,
      before,
      table,
      placed.some((part) => part.table.name === table.name && part.flat.rows.length > 0),
    );
  });
  const next: Load = {
    ...load,
    tables: changed.map(({ table }) => table),
    position,
    row_count: load.row_count + rows.length,
    leftovers: [],
  };
  const final = placed.map((part) => ({ ...part, table: tableNamed(next, part.table.name) }));
  const kept = identifyRows(next, final);
  return {
    load: next,
    overflow: next.tables.flatMap((table) => newExtras(load, table)),
    statements: [
      ...dropStored(ctx.warehouse, leftovers),
      ...changed.flatMap(({ statements }) => statements),
      ...removeReplaced(ctx.warehouse, load, next, kept),
      ...kept.flatMap((part) => writeRows(ctx.warehouse, next, part, stamps)),
      saveLoad(ctx, next),
    ],
  };
}

/** The table of a list that was not met before. */
function openListTable({ target, shown }: Load, tables: readonly LoadTable[], lists: readonly string[]): LoadTable {
  const natural = listTableName(target.name, lists);
  const name = tables.some((table) => table.name === natural) ? markName(natural, JSON.stringify(lists)) : natural;
  const other = shown.get(name);
  if (other) throw conflict(`Table ${target.schema}.${name} belongs to ${other.owner}`);
  return { lists, name, generation: 1, created: false, columns: [], extra_columns: [] };
}

function withOwnColumns(table: LoadTable, { rows }: FlatTable, names: readonly string[], stamps: Stamps): LoadTable {
  if (rows.length === 0) return table;
  const all = rows.some(({ has_children }) => has_children) ? [ROW_ID, ...names] : names;
  const isWhole = (name: string) => name === LIST_INDEX || Array.isArray(stamps[name]);
  return all.reduce((wider, name) => withOwnColumn(wider, name, isWhole(name) ? "integer" : "text"), table);
}

/** Whole numbers become real ones only where none of those that are stored would be rounded. */
async function keepExact({ warehouse }: Context, load: Load, before: LoadTable, after: LoadTable): Promise<LoadTable> {
  if (!before.created) return after;
  const stored = storedName(load.target.schema, before.name, before.generation);
  const columns = await Promise.all(
    after.columns.map(async (column) => {
      const was = before.columns.find(({ name }) => name === column.name)?.type;
      if (was !== "integer" || column.type !== "real") return column;
      const [rounded] = await findRounded(warehouse, stored, column.name);
      return rounded ? { ...column, type: "decimal" as const } : column;
    }),
  );
  return { ...after, columns };
}

function tableNamed({ tables }: Load, name: string): LoadTable {
  const table = tables.find((candidate) => candidate.name === name);
  if (!table) throw badRequest(`There is no table ${name} in this load`);
  return table;
}

function newExtras({ tables }: Load, { name, extra_columns }: LoadTable): string[] {
  const before = tables.find((table) => table.name === name)?.extra_columns.length ?? 0;
  return extra_columns.slice(before).map((column) => `${name}.${column.name}`);
}
