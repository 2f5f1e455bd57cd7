import type { Context } from "../../../context.ts";
import type { ColumnType } from "../../../formats/flatten-types.ts";
import { commitLoad } from "../loading/commit-load.ts";
import type { TableRow } from "../loading/registry.store.ts";
import { sqlName } from "../loading/table-names.ts";
import type { Build } from "./build.ts";
import { findClasses, listDeclared, updateColumns } from "./build.store.ts";
import { VIEW_GENERATION } from "./relations.ts";
import { statementProblem } from "./statement-problem.ts";

/** Columns whose classes one query finds out; D1 answers at most 100 columns. */
const COLUMNS_AT_ONCE = 50;

/**
 * Finds out what the columns of expressions hold, which SQLite does not declare: of a table by all of its values, of a
 * view by its first row. For people and catalogs only, so that a view that cannot be read keeps what is known.
 */
export async function refineColumns(ctx: Context, { job }: Build, table: TableRow): Promise<void> {
  const { warehouse } = ctx;
  const { schema, name, generation } = table;
  const relation = sqlName(schema, name);
  const declared = await listDeclared(warehouse, relation);
  const unknown = declared.filter(({ type }) => type === "" || type === "NUM").map((column) => column.name);
  if (unknown.length === 0) return;
  const classes = await classesOf(ctx, relation, unknown, generation === VIEW_GENERATION ? "first" : "all");
  const columns = table.columns.map((column) => ({ ...column, type: typeOf(classes.get(column.name)) ?? column.type }));
  if (JSON.stringify(columns) === JSON.stringify(table.columns)) return;
  await commitLoad(ctx, job, [updateColumns(warehouse, schema, name, columns)]);
}

async function classesOf(ctx: Context, relation: string, names: readonly string[], rows: "all" | "first") {
  const found = new Map<string, number>();
  for (let from = 0; from < names.length; from += COLUMNS_AT_ONCE) {
    try {
      const some = await findClasses(ctx.warehouse, relation, names.slice(from, from + COLUMNS_AT_ONCE), rows);
      for (const [name, classes] of some) found.set(name, classes);
    } catch (error) {
      if (statementProblem(error) === null) throw error;
    }
  }
  return found;
}

function typeOf(classes = 0): ColumnType | null {
  if (classes === 0) return null;
  if (classes === 1) return "integer";
  return classes < 4 ? "real" : "text";
}
