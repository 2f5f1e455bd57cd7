import type { Context } from "../../../context.ts";
import type { CompileContext, ExistingColumn, ExistingRelation, RelationName } from "../../../formats/dbt/nodes.ts";
import type { ColumnType } from "../../../formats/flatten-types.ts";
import { foldName } from "../../../formats/sql/tokenize.ts";
import { listByPrefix, type TableRow } from "../loading/registry.store.ts";
import { sqlName } from "../loading/table-names.ts";
import type { WarehouseColumn } from "../warehouse.tables.ts";

const OWNER = "model:";

/** Owner of a model's or a seed's table in the warehouse. */
export const ownerOfNode = (unique_id: string) => `${OWNER}${unique_id}`;

/** The model or seed whose table it is, now or formerly; null for tables of sources. */
export const nodeOfTable = ({ owner }: Pick<TableRow, "owner">): string | null =>
  owner.startsWith(OWNER) ? owner.slice(OWNER.length) : null;

/** A view over other tables has no stored table of its own. */
export const VIEW_GENERATION = 0;

/** The warehouse as it is now, for compiling. */
export async function readRelations(ctx: Context): Promise<Pick<Required<CompileContext>, "existing" | "relations">> {
  const rows = await listByPrefix(ctx.warehouse, "");
  const byName = new Map(rows.map((row) => [foldName(sqlName(row.schema, row.name)), row]));
  return {
    existing({ schema, identifier }: RelationName): ExistingRelation | null {
      const row = byName.get(foldName(`${schema}__${identifier}`));
      if (!row) return null;
      return { type: row.generation === VIEW_GENERATION ? "view" : "table", columns: row.columns.map(columnOf(row)) };
    },
    relations: () => rows.map(({ schema, name }) => ({ database: "warehouse", schema, identifier: name })),
  };
}

/**
 * SQLite knows the class of a model's columns only: a text may be a date, and a whole number a truth value. Times of
 * sources are as the source writes them.
 */
const columnOf =
  (row: TableRow) =>
  ({ name, type }: WarehouseColumn): ExistingColumn => {
    const owner = nodeOfTable(row);
    if (owner?.startsWith("model.") || (owner === null && type === "timestamp")) return { name, type: "unknown" };
    return { name, type: KINDS.has(type) ? type : "unknown" };
  };

/** Types that templates know by the same name; numbers that are kept as texts are none. */
const KINDS = new Set<ColumnType>(["integer", "real", "text", "date", "timestamp", "boolean"]);
