import { Buffer } from "node:buffer";
import type { Context } from "../../../src/context.ts";
import { dbtResults } from "../../../src/domains/warehouse/tables.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { type Row, rowsOf } from "./loads.ts";

/** A seed as DuckDB is to read it. */
export interface DuckdbSeed {
  /** SQL name of its table. */
  table: string;
  csv: string;
}

/**
 * The rows of a table as DuckDB has them from the same seeds and the SQL of the same models, in the order in which they
 * were built.
 */
export async function duckdbRows(ctx: Context, seeds: readonly DuckdbSeed[], table: string): Promise<Row[]> {
  const results = (await ctx.db.select().from(dbtResults)).filter(({ resource_type }) => resource_type === "model");
  const models = results
    .toSorted((a, b) => a.started_at - b.started_at || a.position - b.position)
    .map(({ unique_id, compiled_code }) => ({ name: unique_id.slice(unique_id.lastIndexOf(".") + 1), compiled_code }));
  const files = Object.fromEntries(
    seeds.map(({ csv }, index) => [`seed_${index}.csv`, new Uint8Array(Buffer.from(csv))]),
  );
  const [shown] = await rowsOf(ctx, `SELECT group_concat(schema || '__' || name) AS names FROM _catchment_tables`);
  const tables = String(shown?.["names"]).split(",");
  const statements = [
    ...seeds.map(
      (seed, index) => `CREATE OR REPLACE TEMP TABLE "${seed.table}" AS FROM read_csv({seed_${index}.csv});`,
    ),
    ...models.flatMap(({ name, compiled_code }) => {
      const own = tables.find((each) => each.endsWith(`__${name}`));
      return own === undefined ? [] : [`CREATE OR REPLACE TEMP TABLE "${own}" AS (\n${compiled_code}\n);`];
    }),
  ];
  const rows = await askDuckdb<Row>(`${statements.join("\n")}\nSELECT * FROM "${table}"`, files);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
}

/** The rows of a table here. */
export async function warehouseRows(ctx: Context, table: string): Promise<Row[]> {
  const rows = await rowsOf(ctx, `SELECT * FROM "${table}"`);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
}

/** Rows in an order that does not depend on who answers them. */
export const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

/** Dates as the warehouse keeps them, truth values as numbers, doubles without the last digits. */
function plain(value: unknown): unknown {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number" && !Number.isInteger(value)) return Number(value.toPrecision(12));
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value)) return value;
  return value.endsWith("T00:00:00.000Z") ? value.slice(0, 10) : value.slice(0, 19).replace("T", " ");
}
