import { env } from "cloudflare:workers";
import { guardQuery, wrapQuery } from "../../../src/formats/sql/guard-query.ts";
import { type ExplainRow, judgeExplain, type SchemaRow } from "../../../src/formats/sql/judge-explain.ts";
import { judgePlan, type PlanRow } from "../../../src/formats/sql/judge-plan.ts";

const ROWS = 2_000;

/** The tables that the corpora read: 2,000 orders, 20 customers, a view, and a view over a table of ours. */
export async function createTables(): Promise<void> {
  await env.WAREHOUSE.batch(
    [
      "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, amount REAL, ordered_at TEXT, tags TEXT)",
      "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT)",
      "CREATE VIEW order_view AS SELECT * FROM orders",
      "CREATE VIEW own_view AS SELECT * FROM _catchment_fence",
      `INSERT INTO orders WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${ROWS})
       SELECT i, i % 20, i * 1.5, date('2024-01-01', '+' || i || ' days'), '["a","b"]' FROM n`,
      `INSERT INTO customers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20)
       SELECT i, 'Ann ' || i FROM n`,
    ].map((sql) => env.WAREHOUSE.prepare(sql)),
  );
}

/** Takes a statement through the three layers, without running it; the tables that it reads. */
export async function passLayers(sql: string, rows = ROWS): Promise<{ wrapped: string; read: string[] }> {
  const guarded = guardQuery(sql);
  const wrapped = wrapQuery(guarded, 10_000);
  const schema = await env.WAREHOUSE.prepare("SELECT name, tbl_name, rootpage FROM sqlite_master").all<SchemaRow>();
  const explained = await env.WAREHOUSE.prepare(`EXPLAIN ${wrapped}`).all<ExplainRow>();
  const read = judgeExplain(explained.results, schema.results);
  const plan = await env.WAREHOUSE.prepare(`EXPLAIN QUERY PLAN ${wrapped}`).all<PlanRow>();
  const rowCounts = new Map([
    ["orders", rows],
    ["customers", 20],
  ]);
  judgePlan(plan.results, { rowCounts, aliases: guarded.aliases });
  return { wrapped, read };
}
