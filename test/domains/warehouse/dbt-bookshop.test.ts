import { expect, it } from "vitest";
import { dbtEvents, openDbtWorld, resultsOf, runDbt, send, bookshop, statusesOf, zip } from "./dbt.ts";
import { duckdbRows, sorted, warehouseRows } from "./dbt-duckdb.ts";
import { rowsOf } from "./loads.ts";

const seeds = [
  { table: "raw_data__shop_orders", csv: bookshop["seeds/shop_orders.csv"] ?? "" },
  { table: "raw_data__shop_customers", csv: bookshop["seeds/shop_customers.csv"] ?? "" },
];
const ORDERS = "seeds/shop_orders.csv";

async function openBookshop() {
  expect((await send("POST", "/dbt/project", zip(bookshop))).status).toBe(200);
  return openDbtWorld();
}

it("a project with macros, variables, ephemeral and incremental models builds what DuckDB makes of it", async () => {
  const world = await openBookshop();
  const job = await runDbt(world, { command: "build" });
  const statuses = await statusesOf(job);
  expect(job.errors).toEqual([]);
  expect(job).toMatchObject({ status: "completed", results: { nodes: 14, success: 7, pass: 6, warn: 1 } });
  expect(statuses).not.toHaveProperty("known_orders");
  expect(statuses).toMatchObject({ no_future_orders: "pass", large_orders: "success", shop_orders: "success" });
  expect(Object.entries(statuses).filter(([, status]) => status === "warn")).toEqual([
    [expect.stringContaining("accepted_values_large_orders_country"), "warn"],
  ]);
  const tables = ["staging__stg_orders", "staging__stg_customers", "marts__customer_metrics", "marts__large_orders"];
  for (const table of [...seeds.map((seed) => seed.table), ...tables, "marts__country_columns"]) {
    const rows = await warehouseRows(world.ctx, table);
    expect(sorted(rows), table).toEqual(sorted(await duckdbRows(world.ctx, seeds, table)));
  }
  expect(await warehouseRows(world.ctx, "raw_data__shop_orders")).toContainEqual({
    ...{ id: 5, code: "005", customer_id: 2, amount: 33, ordered_at: "2024-02-01 08:00:00", country: "fr", paid: null },
  });
}, 60_000);

it("tells people of a run once and in order", async () => {
  const world = await openBookshop();
  await runDbt(world, { command: "seed" });
  world.ctx.published.length = 0;
  const { body } = await send("POST", "/dbt/models/stg_customers/run");
  expect(body).toMatchObject({
    success: true,
    message: "dbt model 'stg_customers' run started",
    model_name: "stg_customers",
    started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
  world.ctx.messages.push({ queue: "sync", job_id: String(body["job_id"]), due_at: 0 });
  await world.work(String(body["job_id"]));
  expect(dbtEvents(world.ctx)).toEqual([
    ["dbt_run_started", "stg_customers"],
    ["dbt_run_progress", "stg_customers", "success"],
    // It reads stg_orders too, which nobody has run.
    ["dbt_run_progress", "customer_metrics", "error"],
    ["dbt_run_failed", "stg_customers"],
  ]);
  const lines = (await send("GET", "/logs?limit=10")).text;
  expect(lines).toContain("Starting dbt run: stg_customers");
  expect(await send("POST", "/dbt/models/nobody/run")).toMatchObject({
    status: 404,
    body: { detail: "Model 'nobody' not found" },
  });
});

it("an incremental model adds what is new, and is built anew by a full refresh", async () => {
  const world = await openBookshop();
  await runDbt(world, { command: "build" });
  const large = () => rowsOf(world.ctx, "SELECT order_id, amount FROM marts__large_orders ORDER BY order_id");
  expect((await large()).map(({ order_id }) => order_id)).toEqual([1, 2, 4, 5]);
  // An old row changes, which the model does not look at; a known one changes and a new one comes, which it does.
  const changed = `${bookshop[ORDERS]?.replace("99.99", "50").replace("33,2024-02-01", "44,2024-02-01")}7,007,3,70,2024-03-01 00:00:00,de,true\n`;
  await send("PUT", `/dbt/project/${ORDERS}`, changed);
  const incremental = { command: "build", select: ["shop_orders+"] };
  expect((await runDbt(world, incremental)).errors).toEqual([]);
  const added = [
    { order_id: 1, amount: 10.5 },
    { order_id: 2, amount: 99.99 },
    { order_id: 4, amount: 20.25 },
    { order_id: 5, amount: 44 },
    { order_id: 7, amount: 70 },
  ];
  expect(await large()).toEqual(added);
  const again = await runDbt(world, incremental);
  expect(await large()).toEqual(added);
  expect(await resultsOf(again)).toContainEqual(
    expect.objectContaining({ name: "large_orders", status: "success", message: "INSERT", row_count: 5 }),
  );
  await runDbt(world, { ...incremental, full_refresh: true });
  expect(await large()).toEqual(added.map((row) => (row.order_id === 2 ? { ...row, amount: 50 } : row)));
}, 60_000);

it.each([
  [["tag:large"], [], ["large_orders"]],
  [["+customer_metrics"], [], ["customer_metrics", "stg_customers", "stg_orders"]],
  [["stg_orders+"], ["tag:large"], ["country_columns", "customer_metrics", "stg_orders"]],
  [["path:models/staging", "large_orders"], [], ["large_orders", "stg_customers", "stg_orders"]],
  [["tag:nightly,marts"], [], ["large_orders"]],
])("%j without %j selects %j", async (select, exclude, names) => {
  const world = await openBookshop();
  await runDbt(world, { command: "build" });
  const job = await runDbt(world, { command: "run", select, exclude });
  expect(job.errors).toEqual([]);
  expect(Object.keys(await statusesOf(job)).sort()).toEqual(names);
});

it("a selector that selects nothing is said to", async () => {
  const world = await openBookshop();
  const job = await runDbt(world, { command: "run", select: ["tag:nothing"] });
  expect(job).toMatchObject({ status: "failed", errors: [expect.stringContaining("tag:nothing")] });
  expect(dbtEvents(world.ctx)).toEqual([
    ["dbt_run_started", "tag:nothing"],
    ["dbt_run_failed", "tag:nothing"],
  ]);
});

it("variables of a run go before those of the project", async () => {
  const world = await openBookshop();
  await runDbt(world, { command: "build", vars: { smallest_order: 99 } });
  expect(await rowsOf(world.ctx, "SELECT order_id FROM marts__large_orders")).toEqual([{ order_id: 2 }]);
});
