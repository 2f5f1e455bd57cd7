import type { Context } from "../../../context.ts";
import type { Statement } from "../../../platform/jobs/define.ts";
import type { LoadTable } from "../warehouse.tables.ts";
import {
  addColumns,
  affinityOf,
  convertRows,
  createStored,
  dropStored,
  EXTRA,
  showStored,
  type Stored,
} from "./generation.store.ts";
import type { Load } from "./load.ts";
import { PARENT_ID, typedColumns } from "./load-columns.ts";
import { countRows, type TableRow, upsertLoad, upsertTable } from "./registry.store.ts";
import { sqlName, storedName } from "./table-names.ts";

/**
 * Brings a stored table to what `after` says: makes it, adds columns, or moves its rows into a generation with wider
 * columns; what people read follows in the same batch, unless it is being built aside.
 */
export function writeStructure(
  ctx: Context,
  load: Load,
  before: LoadTable | undefined,
  after: LoadTable,
  needed: boolean,
): { table: LoadTable; statements: Statement[] } {
  if (before && JSON.stringify(before) === JSON.stringify(after) && (before.created || !needed)) {
    return { table: after, statements: [] };
  }
  const { table, statements } = changeStored(ctx, load, before, after);
  return { table, statements: load.replaces ? statements : [...statements, ...showTable(ctx, load.target, table)] };
}

/** Whose table it is, and the stream that it belongs to. */
export interface TableOwner {
  schema: string;
  name: string;
  owner: string;
}

/** Readers see the rows of `old` until these statements are committed, then those of `table`. */
export function swapTable(ctx: Context, owner: TableOwner, table: LoadTable, old: TableRow | undefined): Statement[] {
  const { warehouse } = ctx;
  const { schema } = owner;
  return [
    ...showTable(ctx, owner, table),
    ...(old ? dropStored(warehouse, [storedName(schema, old.name, old.generation)]) : []),
    countRows(warehouse, schema, table.name, storedName(schema, table.name, table.generation)),
  ];
}

/** Makes what people read follow a table, and records what it looks like. */
export function showTable(ctx: Context, { schema, name: stream, owner }: TableOwner, table: LoadTable): Statement[] {
  const { name, generation, lists, extra_columns } = table;
  const columns = typedColumns(table);
  const hasExtra = extra_columns.length > 0 || columns.length === 0;
  const names = [...columns.map((column) => column.name), ...(hasExtra ? [EXTRA] : [])];
  const row = { schema, name, owner, generation, columns, extra_columns, stream, lists, updated_at: ctx.now() };
  return [
    ...showStored(ctx.warehouse, sqlName(schema, name), storedName(schema, name, generation), names),
    upsertTable(ctx.warehouse, row),
  ];
}

/** Records how far the load is. */
export function saveLoad(ctx: Context, { target, replaces, tables, position, row_count, finished }: Load): Statement {
  const { schema, name, owner, load } = target;
  return upsertLoad(ctx.warehouse, {
    schema,
    name,
    owner,
    load,
    replaces,
    position,
    // The tables of other loads are those that people read.
    tables: replaces ? tables : [],
    row_count,
    finished,
    updated_at: ctx.now(),
  });
}

function changeStored(
  { warehouse }: Context,
  load: Load,
  before: LoadTable | undefined,
  after: LoadTable,
): { table: LoadTable; statements: Statement[] } {
  if (!before?.created) {
    return { table: { ...after, created: true }, statements: createStored(warehouse, storedOf(load, after)) };
  }
  const types = new Map(typedColumns(before).map(({ name, type }) => [name, type]));
  const columns = typedColumns(after);
  const isWider = columns.some(({ name, type }) => {
    const was = types.get(name);
    return was !== undefined && was !== type && (affinityOf(was) !== affinityOf(type) || was === "boolean");
  });
  if (isWider) {
    const table = { ...after, generation: before.generation + 1 };
    return { table, statements: convertRows(warehouse, storedOf(load, before), storedOf(load, table)) };
  }
  const added = columns.filter(({ name }) => !types.has(name));
  return { table: after, statements: addColumns(warehouse, storedOf(load, after).name, added) };
}

function storedOf({ target, key }: Load, table: LoadTable): Stored {
  const isStream = table.lists.length === 0;
  const columns = typedColumns(table);
  return {
    name: storedName(target.schema, table.name, table.generation),
    columns,
    key: isStream && key.every((name) => columns.some((column) => column.name === name)) ? key : [],
    lookup: isStream || key.length === 0 ? null : PARENT_ID,
  };
}
