import { expect, it } from "vitest";
import { jaffleShop, openDbtWorld, runDbt, send, statusesOf, zip } from "./dbt.ts";
import { duckdbRows, sorted, warehouseRows } from "./dbt-duckdb.ts";

const SEEDS = ["raw_customers", "raw_orders", "raw_payments"];
const MODELS = ["stg_customers", "stg_orders", "stg_payments", "customers", "orders"];
const seeds = SEEDS.map((name) => ({ table: `main__${name}`, csv: jaffleShop[`seeds/${name}.csv`] ?? "" }));

it("dbt's own project runs as it is, and every table is what DuckDB makes of the same SQL", async () => {
  const world = openDbtWorld();
  expect((await send("POST", "/dbt/project", zip(jaffleShop))).status).toBe(200);
  const seeded = await runDbt(world, { command: "seed" });
  expect(seeded).toMatchObject({ status: "completed", errors: [], results: { nodes: 3, success: 3 } });
  expect(await runDbt(world, { command: "run" })).toMatchObject({
    status: "completed",
    errors: [],
    results: { nodes: 5, success: 5 },
  });
  const tested = await runDbt(world, { command: "test" });
  expect(tested).toMatchObject({ status: "completed", errors: [], results: { nodes: 20, pass: 20 } });
  expect(Object.values(await statusesOf(tested))).toEqual(Array.from({ length: 20 }, () => "pass"));
  for (const name of [...SEEDS, ...MODELS]) {
    const table = `main__${name}`;
    const rows = await warehouseRows(world.ctx, table);
    expect(rows.length, name).toBeGreaterThanOrEqual(99);
    expect(sorted(rows), name).toEqual(sorted(await duckdbRows(world.ctx, seeds, table)));
  }
  const { body } = await send("GET", "/dbt/models");
  expect(body).toMatchObject({
    models: [
      {
        name: "customers",
        unique_id: "model.jaffle_shop.customers",
        path: "models/customers.sql",
        database: "warehouse",
        schema: "main",
        depends_on: ["stg_customers", "stg_orders", "stg_payments"],
        materialization: "table",
        row_count: 100,
        status: "success",
        error: null,
      },
      { name: "orders", materialization: "table", row_count: 99, status: "success" },
      { name: "stg_customers", materialization: "view", row_count: null, depends_on: ["raw_customers"] },
      { name: "stg_orders" },
      { name: "stg_payments" },
    ],
    vanished: [],
  });
}, 60_000);

it("build does the same in one run, and a run again changes nothing", async () => {
  const world = openDbtWorld();
  await send("POST", "/dbt/project", zip(jaffleShop));
  for (let round = 0; round < 2; round++) {
    expect(await runDbt(world, { command: "build" })).toMatchObject({
      status: "completed",
      errors: [],
      results: { nodes: 28, success: 8, pass: 20 },
    });
    expect(await warehouseRows(world.ctx, "main__customers")).toHaveLength(100);
  }
}, 60_000);
