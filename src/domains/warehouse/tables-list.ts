import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { VIEW_GENERATION } from "./dbt/relations.ts";
import type { TableRow } from "./loading/registry.store.ts";
import { quote, sqlName } from "./loading/table-names.ts";
import { type QueryAnswer, runQuery } from "./query.ts";
import { countTables, findTable, pageTables } from "./tables-list.store.ts";
import { documentTime } from "./times.ts";

interface TablePage {
  schema?: string | undefined;
  limit: number;
  /** Tables to leave out, `next_cursor` of the page before. */
  cursor?: number | undefined;
}

/** A page of the tables that people can read, by schema and name. */
export async function readTables(ctx: Context, { schema, limit, cursor = 0 }: TablePage) {
  const [rows, counts] = await ctx.warehouse.batch([
    pageTables(ctx.warehouse, schema, cursor, limit),
    countTables(ctx.warehouse, schema),
  ]);
  const total = counts[0]?.total ?? 0;
  const next = cursor + rows.length;
  return { tables: rows.map(renderTable), total, next_cursor: rows.length > 0 && next < total ? next : null };
}

/** The first rows of a table; throws 404 for one that there is not. */
export async function previewTable(
  ctx: Context,
  { schema, name, limit }: { schema: string; name: string; limit: number },
): Promise<QueryAnswer> {
  const table = await findTable(ctx.warehouse, schema, name);
  if (!table) throw notFound(`Table '${schema}.${name}' not found`);
  return runQuery(ctx, { sql: `SELECT * FROM ${quote(sqlName(schema, name))}`, limit });
}

function renderTable({ schema, name, owner, generation, columns, row_count, updated_at }: TableRow) {
  const separator = owner.indexOf(":");
  return {
    ...{ schema, name, sql_name: sqlName(schema, name) },
    ...{ owner_kind: owner.slice(0, separator), owner: owner.slice(separator + 1) },
    columns: columns.map((column) => ({ name: column.name, type: column.type })),
    // A view has the rows of the tables that it reads.
    row_count: generation === VIEW_GENERATION ? null : row_count,
    updated_at: documentTime(updated_at) ?? "",
  };
}
