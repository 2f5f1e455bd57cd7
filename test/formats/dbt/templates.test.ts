import { expect, it } from "vitest";
import { compileNode } from "../../../src/formats/dbt/compile-node.ts";
import type { Answer, CompileContext, CompiledNode } from "../../../src/formats/dbt/nodes.ts";
import { dbtUtils, projectOf } from "./projects.ts";

const packages = Object.fromEntries(dbtUtils.map(({ path, content }) => [path, content]));

const known: CompileContext = {
  existing: ({ schema, identifier }) =>
    schema === "main" && identifier === "people"
      ? {
          type: "table",
          columns: [
            { name: "id", type: "integer" },
            { name: "full name", type: "text" },
          ],
        }
      : null,
  relations: () => [{ database: "warehouse", schema: "main", identifier: "people" }],
  answers: new Map<string, Answer>([
    [
      "select 1 as n , 'b' as t",
      {
        columns: ["n", "t"],
        rows: [
          [1, "b"],
          [2.5, null],
        ],
      },
    ],
  ]),
};

const files = {
  "dbt_project.yml": "name: shop\nvars: { rate: 7, list: [a, b], shop: { rate: 8 } }",
  "models/people.sql": "select 1 as id, 'x' as \"full name\"",
  "models/sources.yml":
    "sources:\n  - name: till\n    schema: raw_till\n    tables:\n      - name: payments\n        identifier: pay",
  "macros/own.sql": "{% macro ref() %}{{ return(builtins.ref(*varargs)) }}{% endmacro %}",
  ...packages,
};

/** What a template prints when it is compiled. */
function printed(template: string): string {
  const project = projectOf(
    { ...files, "models/m.sql": `select 1 -- ${template}` },
    { env: (name) => (name === "STAGE" ? "live" : undefined) },
  );
  const compiled = compileNode(project, "model.shop.m", known);
  if ("needs" in compiled) return `needs ${compiled.needs.join("; ")}`;
  return compiled.compiled_code.slice("select 1 -- ".length);
}

it.each([
  // Relations.
  ["{{ ref('people') }}", '"main__people"'],
  ["{{ ref('shop', 'people') }}", '"main__people"'],
  ["{{ source('till', 'payments') }}", '"raw_till__pay"'],
  [
    "{{ this }} {{ this.schema }} {{ this.identifier }} {{ this.name }} {{ this.database }}",
    '"main__m" main m m warehouse',
  ],
  [
    "{{ this.include(schema=false) }} {{ this.include(database=false) }} {{ this.quote(identifier=false) }}",
    '"m" "main__m" main__m',
  ],
  ["{{ ref('people').is_table }} {{ this.is_table }} {{ this.type }}", "True False None"],
  ["{{ ref('people') == ref('people') }} {{ ref('people') == this }}", "True False"],
  ["{{ api.Relation.create(schema='a', identifier='b') }}", '"a__b"'],
  ["{{ this.incorporate(path={'identifier': 'n'}, type='view').is_view }}", "True"],
  ["{{ this.constructor is defined }} {{ this.__proto__ is defined }}", "False False"],
  // The adapter.
  ["{{ adapter.quote('a\"b') }} {{ adapter.type() }}", '"a""b" sqlite'],
  [
    "{{ adapter.get_relation('warehouse', 'main', 'people') }} {{ adapter.get_relation('warehouse', 'main', 'm') }}",
    '"main__people" None',
  ],
  ["{{ adapter.get_columns_in_relation(ref('people')) | map(attribute='quoted') | join(', ') }}", '"id", "full name"'],
  ["{% set c = adapter.get_columns_in_relation(ref('people')) %}{{ c[0].data_type if execute }}", "bigint"],
  ["{{ adapter.get_missing_columns(ref('people'), this) | length }}", "2"],
  ["{{ adapter.check_schema_exists('warehouse', 'main') }} {{ adapter.already_exists('main', 'm') }}", "True False"],
  ["{{ adapter.drop_relation is defined }}", "False"],
  // Queries.
  [
    "{% set r = run_query(\"select 1 as n, 'b' as t\") %}{% if execute %}{{ r.columns[0].values() }} {{ r.rows[0]['t'] }} {{ r | length }}{% endif %}",
    "(1, 2.5) b 2",
  ],
  ["{% for row in run_query(\"select 1 as n, 'b' as t\") or [] %}{{ row.n }}{{ row[1] }} {% endfor %}", "1b 2.5None"],
  [
    "{% call statement('q', fetch_result=true) %}select 1 as n, 'b' as t{% endcall %}{{ load_result('q')['data'] }}",
    "[(1, 'b'), (2.5, None)]",
  ],
  ["{{ run_query('select 2') }}", "needs select 2"],
  ["{{ execute }} {{ load_result('none') }}", "True None"],
  // Variables, the target and the run.
  ["{{ var('rate') }} {{ var('list') }} {{ var('none', 'd') }} {{ var.has_var('rate') }}", "8 ['a', 'b'] d True"],
  ["{{ env_var('STAGE') }} {{ env_var('OTHER', 'd') }}", "live d"],
  ["{{ target.name }} {{ target['schema'] }} {{ target.type }} {{ project_name }}", "dev main sqlite shop"],
  ["{{ flags.WHICH }} {{ flags.FULL_REFRESH }} {{ invocation_id[:8] }}", "run False 00000000"],
  ["{{ model.unique_id }} {{ model.config.materialized }} {{ model['name'] }}", "model.shop.m view m"],
  ["{% if execute %}{{ graph.nodes['model.shop.people'].name }} {{ graph.sources | length }}{% endif %}", "people 1"],
  ["{{ config.get('materialized') }} {{ config.get('none', 3) }}", "view 3"],
  ["{{ log('quiet') }}{{ log('loud', info=true) }}{{ exceptions.warn('careful') }}.", "."],
  ["{{ fromyaml('a: [1, yes]') }} {{ local_md5('a') }}", "{'a': [1, True]} 0cc175b9c0f1b6a831c399e269772661"],
  // Time.
  ["{{ run_started_at }} {{ run_started_at.strftime('%Y%m%d %H:%M') }}", "2026-01-02 03:04:05+00:00 20260102 03:04"],
  ["{{ (run_started_at - modules.datetime.timedelta(days=3)).date() }}", "2025-12-30"],
  ["{{ (modules.datetime.date(2024, 3, 1) - modules.datetime.date(2024, 2, 1)).days }}", "29"],
  [
    "{{ modules.datetime.datetime.strptime('05/02/24', '%d/%m/20%y') is defined }}",
    "error: '%y' cannot be read from a text",
  ],
  ["{{ modules.datetime.datetime.strptime('05.02.2024', '%d.%m.%Y').isoformat() }}", "2024-02-05T00:00:00"],
  ["{{ modules.datetime.date(2024, 2, 30) }}", "error: date value out of range"],
  ["{{ modules.datetime.date(2024, 2, 3) < modules.datetime.date(2024, 2, 4) }}", "True"],
  ["{{ modules.re.sub('[0-9]+', '#', 'a12') }}", "a#"],
  // Macros of dbt.
  ["{{ dbt.type_numeric() }} {{ type_string() }} {{ dbt.concat(['a', 'b']) }}", "numeric(28, 6) text a || b"],
  ["{{ dbt.dateadd('day', 3, 'x') }}", "date_add(x, interval (3) day)"],
  ["{{ dbt.hash('a') }}", "lower(hex(cast(a as text)))"],
  ["{{ dbt.escape_single_quotes(\"it's\") }} {{ dbt.split_part('a', \"','\", 2) }}", "it''s split_part(a, ',', 2)"],
  ["{{ dbt.array_construct([1]) }}", "error: There are no arrays here; use a table of the elements"],
  ["{{ dbt_utils.star(ref('people'), quote_identifiers=false) | replace('\\n', '') }}", "id,  full name"],
  [
    "{{ dbt_utils.get_relations_by_pattern('main', 'peo%') }}",
    expect.stringMatching(/^needs select column1 as table_schema/),
  ],
])("%s prints what it prints in dbt", (template, expected) => {
  const print = () => {
    try {
      return printed(template);
    } catch (error) {
      return `error: ${String(error).replace(/^AppError: [^:]*: /, "")}`;
    }
  };
  expect(print()).toEqual(expected);
});

it("what a template logs comes with the compiled node", () => {
  const project = projectOf({
    "models/m.sql": "{{ log('a', info=true) }}{{ log('b') }}{{ exceptions.warn('c') }}select 1",
  });
  expect(compileNode(project, "model.catchment.m", known)).toMatchObject({ messages: ["a", "c"] });
});

it("a reference that was hidden when the project was read is refused with the remedy", () => {
  const project = projectOf({
    "models/people.sql": "select 1 as id",
    "models/m.sql": "select 1\n{% if execute %}\n, {{ ref('people') }}{% endif %}",
  });
  expect(() => compileNode(project, "model.catchment.m", known)).toThrow(
    `models/m.sql, line 3: ref('people') was not seen when the project was read: add "-- depends_on: {{ ref('people') }}" to the file`,
  );
});

it("a node with an error, one without SQL and one that does not exist are refused", () => {
  const project = projectOf({ "models/m.sql": "select * from {{ ref('none') }}", "seeds/s.csv": "a\n1\n" });
  const compile = (id: string) => () => compileNode(project, id, known);
  expect(compile("model.catchment.m")).toThrow("models/m.sql, line 1: ref('none'): this model does not exist");
  expect(compile("seed.catchment.s")).toThrow("A seed has no SQL: 's'");
  expect(compile("model.catchment.x")).toThrow("There is no node 'model.catchment.x'");
});

it("SQL without an equal in SQLite is refused with its line", () => {
  const project = projectOf({ "models/m.sql": "{% set a = 1 %}\nselect 1,\n  md5('a')" });
  expect(() => compileNode(project, "model.catchment.m", known)).toThrow(
    "models/m.sql: line 2 of the compiled SQL: the function md5 is not available",
  );
});

it("ephemeral models become common tables, before those of the model itself", () => {
  const project = projectOf({
    "models/a.sql": "{{ config(materialized='ephemeral') }}select 1 as id",
    "models/b.sql": "{{ config(materialized='ephemeral') }}select * from {{ ref('a') }}",
    "models/c.sql": "-- with\nwith own as (select 2 as id) select * from own, {{ ref('b') }}, {{ ref('a') }}",
  });
  const compiled = compileNode(project, "model.catchment.c", known) as CompiledNode;
  expect(compiled.compiled_code).toBe(
    "-- with\nwith __dbt__cte__a as (\nselect 1 as id\n), __dbt__cte__b as (\nselect * from __dbt__cte__a\n), " +
      "own as (select 2 as id) select * from own, __dbt__cte__b, __dbt__cte__a",
  );
});

it("a macro of the project names schemas and aliases", () => {
  const project = projectOf({
    "macros/names.sql":
      "{% macro generate_schema_name(custom, node) %}{{ target.schema }}_{{ custom or node.resource_type }}{% endmacro %}" +
      "{% macro generate_alias_name(custom, node) %}{{ custom or node.name }}_v1{% endmacro %}",
    "models/a.sql": "select 1 as id",
    "models/b.sql": "{{ config(schema='x', alias='y') }}select * from {{ ref('a') }}",
  });
  const compiled = compileNode(project, "model.catchment.b", known) as CompiledNode;
  expect(compiled.compiled_code).toBe('select * from "main_model__a_v1"');
  expect(compiled.relation).toEqual({ database: "warehouse", schema: "main_x", identifier: "y_v1" });
});
