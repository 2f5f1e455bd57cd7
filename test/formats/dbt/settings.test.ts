import { expect, it } from "vitest";
import { compileNode } from "../../../src/formats/dbt/compile-node.ts";
import { kindsOfColumns } from "../../../src/formats/dbt/column-kinds.ts";
import type { ExistingColumn, NodeConfig } from "../../../src/formats/dbt/nodes.ts";
import { testOutcome } from "../../../src/formats/dbt/test-outcome.ts";
import { projectOf } from "./projects.ts";

it("settings of the file go before YAML's, and those before the project's; tags and meta add up", () => {
  const project = projectOf(
    {
      "dbt_project.yml":
        "name: shop\nmodels:\n  +tags: all\n  +meta: {a: 1, b: 1}\n  shop:\n    +materialized: \"{{ var('kind', 'view') }}\"\n    sub:\n      schema: low\n      +enabled: \"{{ target.name == 'dev' }}\"\n",
      "models/m.yml":
        "models:\n  - name: m\n    config: {tags: [yaml], meta: {b: 2}, schema: mid}\n  - name: n\n    config: {schema: mid}",
      "models/sub/m.sql":
        "{{ config({'tags': 'own'}, meta={'c': 3}) }}{{ config(schema='high', tags=['own']) }} select 1",
      "models/sub/n.sql": "select 1",
      "models/sub/o.sql": "select 1",
      "models/p.sql": "select 1",
    },
    { vars: { kind: "table" } },
  );
  expect(project.problems).toEqual([]);
  const config = (name: string) => project.nodes.get(`model.shop.${name}`)?.config;
  expect(config("m")).toMatchObject({
    tags: ["all", "yaml", "own"],
    meta: { a: 1, b: 2, c: 3 },
    schema: "high",
    materialized: "table",
    enabled: true,
  });
  expect([config("n")?.schema, config("o")?.schema, config("p")?.schema]).toEqual(["mid", "low", null]);
});

it("the project's settings for a package go before the package's own", () => {
  const project = projectOf({
    "dbt_project.yml": "name: shop\nmodels: { tools: { +materialized: table } }\nvars: { tools: { size: 2 } }",
    "dbt_packages/tools/dbt_project.yml":
      "name: tools\nmodels: { +materialized: ephemeral, +tags: t }\nvars: { size: 1, color: red }",
    "dbt_packages/tools/models/kit.sql": "select {{ var('size') }} as size, '{{ var('color') }}' as color",
    "models/m.sql": "select * from {{ ref('tools', 'kit') }}",
  });
  const kit = project.nodes.get("model.tools.kit");
  expect(kit?.config).toMatchObject({ materialized: "table", tags: ["t"] });
  expect(compileNode(project, "model.tools.kit", { existing: () => null, answers: new Map() })).toMatchObject({
    compiled_code: "select 2 as size, 'red' as color",
  });
  expect(project.nodes.get("model.shop.m")?.depends_on.nodes).toEqual(["model.tools.kit"]);
});

it.each([
  ["error", 1, 1, 1, "fail", "Got 1 result, configured to fail if > 0"],
  ["ERROR", 3, 1, 1, "fail", "Got 3 results, configured to fail if > 0"],
  ["error", 3, 1, 0, "warn", "Got 3 results, configured to warn if != 0"],
  ["warn", 3, 1, 1, "warn", "Got 3 results, configured to warn if != 0"],
  ["warn", 3, 0, 1, "pass", null],
  ["error", 0, 0, 0, "pass", null],
])(
  "severity %s with %s failures (warn %s, error %s) is a %s",
  (severity, failures, should_warn, should_error, status, message) => {
    const config = { severity, warn_if: "!= 0", error_if: "> 0" } as unknown as NodeConfig;
    expect(testOutcome(config, { failures, should_warn, should_error })).toEqual({ status, failures, message });
  },
);

it("a test asks for one row of what failed, with its limit", () => {
  const project = projectOf({
    "tests/t.sql": "{{ config(limit=5, fail_calc='max(n)', error_if='>= 2') }}select 1 as n;",
  });
  expect(compileNode(project, "test.catchment.t", { existing: () => null, answers: new Map() })).toMatchObject({
    compiled_code: "select 1 as n",
    sql: "select max(n) as failures , max(n) != 0 as should_warn , max(n) >= 2 as should_error from (select 1 as n limit 5) dbt_internal_test",
  });
});

const columns: ExistingColumn[] = [
  { name: "id", type: "integer" },
  { name: "Name", type: "text" },
  { name: "paid", type: "unknown" },
];

it.each([
  ["select id, name from t", ["id", "name"]],
  ["select id / 100 as id, name from t", ["name"]],
  ["select id / 100 id, name from t", ["name"]],
  ["select coalesce(id, 0) id from t", ["name"]],
  ["with x (name) as (select 1) select id from x", ["id"]],
  ["select case when id > 1 then name end from t", ["id", "name"]],
  ["select id from t union all select name from t", []],
  ["select id from t order by name", ["id", "name"]],
])("%s knows the kinds of %s", (sql, names) => {
  expect([...kindsOfColumns(sql, [{ type: "table", columns }]).keys()]).toEqual(names);
});

it("a name of two kinds is of none", () => {
  const others = [{ name: "id", type: "text" }];
  const kinds = kindsOfColumns("select * from t, u", [
    { type: "table", columns },
    { type: "view", columns: others },
  ]);
  expect([...kinds]).toEqual([["name", "text"]]);
});
