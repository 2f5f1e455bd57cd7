import { expect, it } from "vitest";
import type { SelectionRequest } from "../../../src/formats/dbt/nodes.ts";
import { parseProject } from "../../../src/formats/dbt/parse-project.ts";
import { selectNodes } from "../../../src/formats/dbt/select-nodes.ts";
import { dbtUtils, fixtureFiles, options } from "./projects.ts";

const project = parseProject([...fixtureFiles("shop"), ...dbtUtils], options);

/** Names of what is selected, in order. */
const namesOf = (request: SelectionRequest) =>
  selectNodes(project, request).nodes.map((id) => project.nodes.get(id)?.name ?? id);

const staging = ["stg_customers", "stg_orders", "stg_payments"];
const marts = ["item_keys", "months", "order_log", "orders", "status_counts"];
const intermediate = ["int_items", "int_order_totals"];
const seeds = ["shop_customers", "shop_items", "shop_orders"];

const cases: [selector: string, names: string[]][] = [
  // Names.
  ["orders", ["orders"]],
  ["shop.marts.orders", ["orders"]],
  ["marts", marts],
  ["shop.staging", staging],
  ["staging.stg_*", staging],
  ["*.stg_*", staging],
  ["marts.*s", ["item_keys", "months", "orders", "status_counts"]],
  ["marts.order?", ["orders"]],
  ["staging.stg_[co]*", ["stg_customers", "stg_orders"]],
  ["staging.stg_[!co]*", ["stg_payments"]],
  // dbt compares a pattern with the whole name, folders included.
  ["stg_*", []],
  ["fqn:marts", marts],
  // Neighbours.
  ["+int_order_totals", ["shop_items", "int_items", "int_order_totals"]],
  ["1+int_order_totals", ["int_items", "int_order_totals"]],
  ["int_items+", ["int_items", "int_order_totals", "orders"]],
  ["int_items+1", ["int_items", "int_order_totals"]],
  ["1+stg_orders+1", ["shop_orders", "stg_orders", "order_log", "orders", "status_counts"]],
  [
    "2+orders",
    ["shop_customers", "shop_orders", "int_items", "stg_customers", "stg_orders", "int_order_totals", "orders"],
  ],
  [
    "@int_items",
    [
      "shop_customers",
      "shop_items",
      "shop_orders",
      "stg_customers",
      "stg_orders",
      "int_items",
      "int_order_totals",
      "orders",
    ],
  ],
  ["@int_order_totals,tag:daily", ["orders"]],
  // Methods.
  ["tag:nightly", ["stg_orders"]],
  ["tag:log", ["order_log"]],
  ["tag:dai*", marts],
  ["tag:shop", [...staging, ...intermediate, ...marts]],
  ["source:raw_shop", []],
  ["source:raw_shop+", ["stg_payments"]],
  ["source:raw_shop.payments+", ["stg_payments"]],
  ["source:shop.raw_shop.pay*+", ["stg_payments"]],
  ["source:raw_shop.refunds+", []],
  ["path:models/staging", staging],
  ["path:models/staging/stg_orders.sql", ["stg_orders"]],
  ["models/marts/", marts],
  ["path:models/*/int_*.sql", intermediate],
  ["file:orders.sql", ["orders"]],
  ["stg_orders.sql", ["stg_orders"]],
  ["package:shop", [...seeds, ...staging, ...intermediate, ...marts]],
  ["package:dbt_utils", []],
  ["config.materialized:incremental", ["order_log"]],
  ["config.materialized:ephemeral", intermediate],
  ["config.schema:seeds", seeds],
  ["config.meta.owner:finance", ["orders"]],
  ["config.tags:nightly", ["stg_orders"]],
  ["config.enabled:true", [...seeds, ...staging, ...intermediate, ...marts]],
  ["resource_type:seed", seeds],
  // Together.
  ["stg_orders months", ["months", "stg_orders"]],
  ["marts,tag:log", ["order_log"]],
  ["stg_orders+,config.materialized:table", ["orders", "status_counts"]],
  ["marts,tag:log stg_payments", ["order_log", "stg_payments"]],
];

it.each(cases)("%s selects what dbt selects", (select, names) => {
  const found = namesOf({ select, resource_types: ["model", "seed"] });
  expect(found.toSorted()).toEqual(names.toSorted());
});

it("what is selected comes after what it depends on", () => {
  expect(namesOf({ select: "+orders", resource_types: ["model", "seed"] })).toEqual([
    ...seeds,
    "int_items",
    "stg_customers",
    "stg_orders",
    "int_order_totals",
    "orders",
  ]);
});

it("nothing selects all, and what is excluded is left out with its tests", () => {
  expect(namesOf({ resource_types: ["model"] }).toSorted()).toEqual([...staging, ...intermediate, ...marts].toSorted());
  expect(namesOf({ exclude: ["marts", "tag:nightly intermediate"], resource_types: ["model"] })).toEqual([
    "stg_customers",
    "stg_payments",
  ]);
  const left = namesOf({ exclude: "stg_orders+", select: "tag:shop", resource_types: ["test"] });
  expect(left).not.toContain("status_is_known");
  expect(left).toContain("unique_stg_customers_customer_id");
});

it("tests come along with what they test, and are selected by themselves", () => {
  expect(namesOf({ select: "stg_orders", resource_types: ["test"] }).toSorted()).toEqual([
    "not_null_stg_orders_order_id",
    "relationships_stg_orders_customer_id__customer_id__ref_stg_customers_",
    "source_relationships_raw_shop_payments_order_id__order_id__ref_stg_orders_",
    "status_is_known",
    "unique_stg_orders_order_id",
  ]);
  expect(namesOf({ select: "test_type:singular" })).toEqual(["totals_are_positive"]);
  expect(namesOf({ select: "test_name:at_least" })).toEqual(["at_least_orders_total__5"]);
  expect(namesOf({ select: "tag:money", resource_types: ["test"] })).toEqual(["totals_are_positive"]);
});

it("sources are selected when they are asked for", () => {
  expect(namesOf({ select: "source:*", resource_types: ["source"] })).toEqual(["payments", "refunds"]);
  expect(namesOf({ select: "+stg_payments", resource_types: ["source"] })).toEqual(["payments"]);
});

it("selectors that mean nothing are listed with the reason, and the others still count", () => {
  const request = { select: ["orders nothing", "colour:red", "@orders+", "source:a.b.c.d", "path:../x"] };
  expect(selectNodes(project, { ...request, resource_types: ["model"] })).toEqual({
    nodes: ["model.shop.orders"],
    unmatched: [
      { selector: "nothing", reason: "it matches nothing" },
      { selector: "colour:red", reason: "there is no method 'colour'" },
      { selector: "@orders+", reason: "'@' before and '+' after do not go together" },
      { selector: "source:a.b.c.d", reason: "it matches nothing" },
      { selector: "path:../x", reason: "it matches nothing" },
    ],
  });
});
