import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { parseProject } from "../../../src/formats/dbt/parse-project.ts";
import { dbtUtils, fixtureFiles, options } from "./projects.ts";
import { bothTables, buildAll, emptyWarehouse, type Warehouse } from "./warehouse.ts";

const files = [...fixtureFiles("shop"), ...dbtUtils];

/** The table of the project's source. */
async function addPayments(warehouse: Warehouse): Promise<void> {
  const create = "TABLE raw_shop__payments AS SELECT 10 AS order_id, 1649 AS cents UNION ALL SELECT 11, 4500";
  await env.WAREHOUSE.prepare("DROP TABLE IF EXISTS raw_shop__payments").run();
  await env.WAREHOUSE.prepare(`CREATE ${create}`).run();
  warehouse.statements.push(`CREATE TEMP ${create}`);
  warehouse.relations.set("raw_shop__payments", {
    database: "warehouse",
    schema: "raw_shop",
    identifier: "payments",
    type: "view",
    columns: [
      { name: "order_id", type: "integer" },
      { name: "cents", type: "integer" },
    ],
  });
}

const expectEqualTables = async (warehouse: Warehouse) => {
  for (const name of warehouse.relations.keys()) {
    const { ours, duckdb } = await bothTables(warehouse, name);
    expect(ours.length, name).toBeGreaterThan(0);
    expect(ours, name).toEqual(duckdb);
  }
};

it("every table of the shop is DuckDB's, and its tests say what is wrong", async () => {
  const project = parseProject(files, options);
  expect(project.problems).toEqual([]);
  const warehouse = emptyWarehouse();
  await addPayments(warehouse);
  await buildAll(warehouse, project, files);
  await expectEqualTables(warehouse);
  const outcomes = Object.fromEntries(
    Array.from(warehouse.tests, ([name, { status, message }]) => [name, message ?? status]),
  );
  expect(outcomes).toEqual({
    accepted_values_stg_customers_city__Oslo__Bergen: "Got 1 result, configured to warn if != 0",
    at_least_orders_total__5: "Got 1 result, configured to warn if > 0",
    dbt_utils_expression_is_true_orders_total_0: "pass",
    dbt_utils_unique_combination_of_columns_orders_order_id__customer_name: "pass",
    not_null_orders_is_big: "pass",
    not_null_stg_customers_city: "pass",
    not_null_stg_customers_customer_id: "pass",
    not_null_stg_orders_order_id: "pass",
    relationships_stg_orders_customer_id__customer_id__ref_stg_customers_: "pass",
    source_not_null_raw_shop_payments_order_id: "pass",
    source_relationships_raw_shop_payments_order_id__order_id__ref_stg_orders_: "pass",
    status_is_known: "pass",
    totals_are_positive: "Got 1 result, configured to warn if != 0",
    unique_item_keys_item_key: "pass",
    unique_stg_customers_customer_id: "pass",
    unique_stg_orders_order_id: "pass",
  });
});

it("an incremental model adds and replaces rows by its key, and is built anew when asked", async () => {
  const warehouse = emptyWarehouse();
  await addPayments(warehouse);
  await buildAll(warehouse, parseProject(files, options), files);
  const later = files.map(({ path, content }) => ({
    path,
    content: path.endsWith("shop_orders.csv")
      ? content.replace("04-02,placed", "04-02,shipped").replace("10,1,2024-03-01,shipped", "10,1,2024-03-01,placed") +
        "15,2,2024-04-03,placed\n"
      : content,
  }));
  await buildAll(warehouse, parseProject(later, options), later);
  expect(warehouse.compiled.get("model.shop.order_log")?.incremental).toBe(true);
  const { ours, duckdb } = await bothTables(warehouse, "marts__order_log");
  expect(ours).toEqual(duckdb);
  const rows = await env.WAREHOUSE.prepare("SELECT order_id, status FROM marts__order_log ORDER BY 1").raw();
  expect(rows).toEqual([
    [10, "shipped"],
    [11, "placed"],
    [12, "shipped"],
    [13, "returned"],
    [14, "shipped"],
    [15, "placed"],
  ]);
  await buildAll(warehouse, parseProject(later, { ...options, full_refresh: true }), later);
  expect(warehouse.compiled.get("model.shop.order_log")?.incremental).toBe(false);
  expect(await env.WAREHOUSE.prepare("SELECT status FROM marts__order_log WHERE order_id = 10").first()).toEqual({
    status: "placed",
  });
});

it("nodes say where they come from, how they are set up and what they depend on", () => {
  const project = parseProject(files, options);
  const orders = project.nodes.get("model.shop.orders");
  expect(orders).toMatchObject({
    name: "orders",
    path: "marts/orders.sql",
    original_file_path: "models/marts/orders.sql",
    fqn: ["shop", "marts", "orders"],
    tags: ["shop", "daily"],
    meta: { owner: "finance" },
    patch_path: "shop://models/marts/_marts.yml",
    relation: { database: "warehouse", schema: "marts", identifier: "orders" },
    config: { materialized: "table", schema: "marts", on_schema_change: "ignore" },
    depends_on: {
      nodes: ["model.shop.stg_customers", "model.shop.stg_orders", "model.shop.int_order_totals"],
      macros: ["macro.dbt.datediff", "macro.dbt.date_trunc", "macro.shop.shop_label"],
    },
  });
  expect(project.nodes.get("model.shop.stg_customers")?.description).toBe("People who **bought** something.");
  expect(project.nodes.get("source.shop.raw_shop.payments")).toMatchObject({
    relation: { schema: "raw_shop", identifier: "payments" },
    source_description: "What the till writes.",
    tags: ["till"],
  });
  expect([...project.disabled.keys()]).toEqual([
    "model.shop.off",
    expect.stringMatching(/^test\.shop\.not_null_off_order_id\./),
  ]);
  expect(project.notes).toEqual([
    { path: "models/marts/_marts.yml", line: 32, message: "exposures have no effect here" },
  ]);
  expect(project.macros.get("macro.dbt_utils.test_accepted_range")?.macro_sql).toMatch(
    /^\{% test accepted_range[^]*\{% endtest %\}$/,
  );
});
