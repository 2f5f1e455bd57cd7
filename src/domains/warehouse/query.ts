import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import { answerQuery, MOST_ANSWERED_COLUMNS } from "../../formats/sql/answer-query.ts";
import { type GuardedQuery, guardQuery, WRAP_START, wrapQuery } from "../../formats/sql/guard-query.ts";
import { judgeExplain, type SchemaRow } from "../../formats/sql/judge-explain.ts";
import { judgePlan } from "../../formats/sql/judge-plan.ts";
import { refuseQuery } from "../../formats/sql/refusals.ts";
import { foldName } from "../../formats/sql/tokenize.ts";
import type { TableRow } from "./loading/registry.store.ts";
import { GENERATION, sqlName, storedName } from "./loading/table-names.ts";
import { countTable, explainStatement, readColumnNames, readRows } from "./query.store.ts";
import { type AnswerColumn, describeColumns } from "./query-columns.ts";
import { explainFailure } from "./query-errors.ts";

/** Most bytes of values in an answer, 8 MiB. */
const MOST_BYTES = 8 * 1024 * 1024;

export type AnswerValue = string | number | null;

export interface QueryAnswer {
  columns: AnswerColumn[];
  /** Values in the order of the columns: names may be equal. */
  rows: AnswerValue[][];
  row_count: number;
  /** Whether the limit, or 8 MiB, cut rows off. */
  truncated: boolean;
}

/**
 * The first rows of one query in SQLite's own dialect. Throws 400 with the reason before anything runs for whatever is
 * no harmless query, and with SQLite's words for one that fails.
 */
export async function runQuery(ctx: Context, { sql, limit }: { sql: string; limit: number }): Promise<QueryAnswer> {
  const query = guardQuery(sql);
  const tables = await requireHarmless(ctx, query, { limit });
  return answer(ctx, query, tables, limit).catch((error: unknown) => {
    throw explainFailure(error);
  });
}

/**
 * Asks SQLite what the query would do, and refuses what it must not or what would take too long; answers the tables that
 * there are. `recursion` is what `guardQuery` was told.
 */
export async function requireHarmless(
  ctx: Context,
  query: GuardedQuery,
  { limit, recursion = "refused" }: { limit: number; recursion?: "refused" | "limited" },
): Promise<TableRow[]> {
  const { explained, plan, schema, tables } = await explainStatement(ctx.warehouse, wrapQuery(query, limit)).catch(
    (error: unknown) => {
      throw explainFailure(error, { prefix: `EXPLAIN ${WRAP_START}`, sql: query.sql });
    },
  );
  refuseGenerations(query, schema);
  const rowCounts = countsOf(tables);
  for (const table of judgeExplain(explained, schema)) {
    if (!rowCounts.has(foldName(table))) rowCounts.set(foldName(table), await countTable(ctx.warehouse, table));
  }
  judgePlan(plan, { rowCounts, aliases: query.aliases, recursion });
  return tables;
}

/** People read tables by their views; what lies below comes and goes with each load. */
function refuseGenerations({ tables }: GuardedQuery, schema: readonly SchemaRow[]): void {
  const stored = new Set(schema.map(({ name }) => foldName(name)));
  const generation = tables.find((name) => GENERATION.test(name) && stored.has(name));
  if (generation === undefined) return;
  throw refuseQuery(`"${generation}" is replaced with every load; read "${generation.replace(GENERATION, "")}"`);
}

/** Rows by the names under which a plan shows tables. */
function countsOf(tables: readonly TableRow[]): Map<string, number> {
  // A view over other tables has no generation of its own; its rows are theirs.
  const stored = tables.filter(({ generation }) => generation > 0);
  return new Map(
    stored.flatMap(({ schema, name, generation, row_count }) => [
      [foldName(sqlName(schema, name)), row_count],
      [foldName(storedName(schema, name, generation)), row_count],
    ]),
  );
}

async function answer(
  ctx: Context,
  query: GuardedQuery,
  tables: readonly TableRow[],
  limit: number,
): Promise<QueryAnswer> {
  const names = await readColumnNames(ctx.warehouse, wrapQuery(query, 1));
  if (names.length > MOST_ANSWERED_COLUMNS)
    throw refuseQuery(`it answers ${names.length} columns; name at most ${MOST_ANSWERED_COLUMNS}`);
  const statement = answerQuery(query, names.length, { rows: limit, bytes: MOST_BYTES });
  const read = (await readRows(ctx.warehouse, statement)).map((row) => readRow(row, names.length));
  const rows = read.slice(0, limit).filter(({ bytes }) => bytes <= MOST_BYTES);
  return {
    columns: describeColumns(
      names,
      rows.map(({ classes }) => classes),
      query,
      tables,
    ),
    rows: rows.map(({ values }) => values),
    row_count: rows.length,
    truncated: rows.length < read.length,
  };
}

/** A row of `answerQuery`; blobs become base64. */
function readRow(row: readonly unknown[], column_count: number) {
  const classes = String(row[column_count]);
  const values = row.slice(0, column_count).map((value, index): AnswerValue => {
    if (classes.charAt(index) === "b") return Buffer.from(String(value), "hex").toString("base64");
    return typeof value === "number" || typeof value === "string" ? value : null;
  });
  return { values, classes, bytes: Number(row[column_count + 1]) };
}
