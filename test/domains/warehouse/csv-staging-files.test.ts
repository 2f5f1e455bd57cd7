import { expect, it } from "vitest";
import {
  GENERATED,
  renderModelDocs,
  renderSourcesFile,
  renderStagingModel,
} from "../../../src/domains/warehouse/staging-model.ts";

const columns = [{ name: "id", not_null: true }, { name: "no" }, { name: "key" }, { name: "_catchment_id" }];
const input = { source: "shop", table: "orders", columns };
const HEAD = `${GENERATED} from the source shop. Remove this line to keep changes of your own.`;

it("the model names every column but those of loading, and says in its first line where it is from", () => {
  expect(renderStagingModel(input))
    .toBe(`-- ${GENERATED} from orders of the source shop. Remove this line to keep changes of your own.
{{ config(materialized='view', schema='staging') }}

SELECT
    "id",
    "no",
    "key"
FROM {{ source('raw_shop', 'orders') }}
`);
});

it("columns that are called as the model calls its own stay apart from those", () => {
  const names = ["id", "row_rank", "is_current", "dbt_valid_to"].map((name) => ({ name }));
  const model = renderStagingModel({
    ...{ source: "shop", table: "orders", columns: names },
    deduplication: { strategy: "scd_type2", primary_key: "id" },
  });
  expect(model).toContain('AS "row_rank_"');
  expect(model).toContain('AS "is_current_"');
  expect(model).toContain('AS "dbt_valid_to_"');
});

it("the sources file declares the tables", () => {
  expect(renderSourcesFile({ source: "shop", tables: ["orders", "orders__items"] })).toBe(`# ${HEAD}
version: 2
sources:
  - name: "raw_shop"
    schema: "raw_shop"
    tables:
      - name: "orders"
      - name: "orders__items"
`);
});

it("columns are tested for what the model promises, names that YAML would read as something else included", () => {
  expect(renderModelDocs({ source: "shop", models: [input] })).toBe(`# ${HEAD}
version: 2
models:
  - name: "stg_shop__orders"
    description: "Rows of orders from the source shop"
    columns:
      - name: "id"
        tests: [not_null, unique]
      - name: "no"
      - name: "key"
        tests: [unique]
`);
});

it("a model that keeps several rows of a key does not promise that it is unique", () => {
  const docs = (strategy: "latest_only" | "append_only" | "scd_type2") =>
    renderModelDocs({ source: "shop", models: [{ ...input, deduplication: { strategy, primary_key: "id" } }] });
  expect(docs("latest_only").match(/unique/g)).toHaveLength(1);
  expect(docs("append_only")).not.toContain("unique");
  expect(docs("scd_type2")).not.toContain("unique");
});
