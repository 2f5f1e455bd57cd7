import type { Context } from "../../../context.ts";
import { conflict } from "../../../errors.ts";
import type { LoadTable } from "../warehouse.tables.ts";
import { dropStored } from "./generation.store.ts";
import type { Load } from "./load.ts";
import type { LoadBatch } from "./load-rows.ts";
import { saveLoad, swapTable, writeStructure } from "./load-structure.ts";

/**
 * The statements that end a load: what was built aside becomes what people read, in one transaction. Throws 409 when
 * nothing has come and a table with rows would be replaced by it, unless `allow_empty_replace`.
 */
export function finishLoad(ctx: Context, load: Load, { allow_empty_replace = false } = {}): LoadBatch {
  const { target, replaces, shown } = load;
  const kept = shown.get(target.name)?.row_count ?? 0;
  if (replaces && load.row_count === 0 && kept > 0 && !allow_empty_replace) {
    throw conflict(
      `No rows came, so the ${kept} rows of ${target.schema}.${target.name} stay; set allow_empty_replace to empty it`,
      "EMPTY_REPLACE",
    );
  }
  const changed = load.tables.map((table) => {
    const settled = withFallbacks(table);
    // A stream that never had a column has nothing to show.
    if (settled.columns.length === 0 && !table.created) return { table, statements: [] };
    const change = writeStructure(ctx, load, table, settled, true);
    return {
      ...change,
      statements: [
        ...change.statements,
        ...(replaces ? swapTable(ctx, target, change.table, shown.get(table.name)) : []),
      ],
    };
  });
  const next: Load = { ...load, tables: changed.map(({ table }) => table), finished: true, leftovers: [] };
  return {
    load: next,
    overflow: [],
    statements: [
      ...dropStored(ctx.warehouse, load.leftovers),
      ...changed.flatMap(({ statements }) => statements),
      saveLoad(ctx, next),
    ],
  };
}

/** Columns that never had a value get the type they had, or the one they were declared with. */
const withFallbacks = (table: LoadTable): LoadTable => ({
  ...table,
  columns: table.columns.map((column) => ({ ...column, type: column.type ?? column.fallback })),
});
