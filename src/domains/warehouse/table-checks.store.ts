import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { loads, warehouseTables } from "./warehouse.tables.ts";

/** Names of all stored tables that people read, or that a load works on; in lower case, as SQLite compares them. */
const named = sql`(
  SELECT lower(${warehouseTables.schema} || '__' || ${warehouseTables.name} || '__v' || ${warehouseTables.generation}) FROM ${warehouseTables}
  UNION ALL SELECT lower(${loads.schema} || '__' || (entry.value ->> 'name') || '__v' || (entry.value ->> 'generation'))
  FROM ${loads}, json_each(${loads.tables}) AS entry)`;

/** Tables with whether anything names them, before a condition on them. */
const generations = sql`SELECT name, lower(name) IN ${named} AS is_named FROM sqlite_master WHERE type = 'table'`;

interface Generation {
  name: string;
  is_named: 0 | 1;
}

/** Some of the tables whose names end as those of generations do, and whether anything names them. */
export function listGenerations(warehouse: Database, after: string, limit: number) {
  return warehouse.all<Generation>(
    sql`${generations} AND name > ${after} AND name GLOB '*__v[0-9]*' ORDER BY name LIMIT ${limit}`,
  );
}

/** The table of exactly this name, and whether anything names it. */
export function findGeneration(warehouse: Database, name: string) {
  return warehouse.all<Generation>(sql`${generations} AND name = ${name}`);
}

/** For the batch that drops a table: raises when something names it by now. */
export function guardUnnamed(warehouse: Database, name: string) {
  const unnamed = sql`CASE WHEN lower(${name}) IN ${named} THEN json_extract('{}', 'the table is in use') ELSE 1 END`;
  return warehouse.select({ unnamed }).from(sql`(SELECT 1)`);
}

/** Some of the tables that people read, with what of them is there. */
export function listShown(warehouse: Database, after: { schema: string; name: string }, limit: number) {
  const view = sql`${warehouseTables.schema} || '__' || ${warehouseTables.name}`;
  const exists = (type: "table" | "view", name: typeof view) =>
    sql<
      0 | 1
    >`EXISTS (SELECT 1 FROM sqlite_master AS found WHERE found.type = ${type} AND lower(found.name) = lower(${name}))`;
  return warehouse
    .select({
      table: warehouseTables,
      has_view: exists("view", view).as("has_view"),
      has_rows: exists("table", sql`${view} || '__v' || ${warehouseTables.generation}`).as("has_rows"),
    })
    .from(warehouseTables)
    .where(sql`(${warehouseTables.schema}, ${warehouseTables.name}) > (${after.schema}, ${after.name})`)
    .orderBy(asc(warehouseTables.schema), asc(warehouseTables.name))
    .limit(limit);
}

/** For the batch that shows a generation again: raises when people read another one by now. */
export function guardGeneration(warehouse: Database, schema: string, name: string, generation: number) {
  const same = warehouse
    .select({ name: warehouseTables.name })
    .from(warehouseTables)
    .where(
      and(
        eq(warehouseTables.schema, schema),
        eq(warehouseTables.name, name),
        eq(warehouseTables.generation, generation),
        gt(warehouseTables.generation, 0),
      ),
    );
  const shown = sql`CASE WHEN EXISTS ${same} THEN 1 ELSE json_extract('{}', 'the table has changed') END`;
  return warehouse.select({ shown }).from(sql`(SELECT 1)`);
}
