import { sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { ExplainRow, SchemaRow } from "../../formats/sql/judge-explain.ts";
import type { PlanRow } from "../../formats/sql/judge-plan.ts";
import { listByPrefix } from "./loading/registry.store.ts";
import { quote } from "./loading/table-names.ts";

/** What SQLite would do for a statement, and the tables that it would read with their counts, all of one moment. */
export async function explainStatement(db: Database, statement: string) {
  // The shapes are those of SQLite's own statements, https://sqlite.org/lang_explain.html.
  const [explained, plan, schema, tables] = await db.batch([
    db.all<ExplainRow>(sql.raw(`EXPLAIN ${statement}`)),
    db.all<PlanRow>(sql.raw(`EXPLAIN QUERY PLAN ${statement}`)),
    db.all<SchemaRow & { type: string }>(sql.raw("SELECT type, name, tbl_name, rootpage FROM sqlite_master")),
    listByPrefix(db, ""),
  ]);
  return { explained, plan, schema, tables };
}

/** The names of a statement's columns, in their order. The inner LIMIT keeps SQLite from working before it sees the 0. */
export async function readColumnNames({ $client }: Database, statement: string): Promise<string[]> {
  const [names] = await $client.prepare(`SELECT * FROM (${statement}) LIMIT 0`).raw({ columnNames: true });
  return names;
}

/** The rows of a statement as arrays, so that columns of equal names survive. */
export function readRows({ $client }: Database, statement: string): Promise<unknown[][]> {
  return $client.prepare(statement).raw();
}

export async function countTable({ $client }: Database, table: string): Promise<number> {
  return (await $client.prepare(`SELECT count(*) AS n FROM ${quote(table)}`).first<number>("n")) ?? 0;
}
