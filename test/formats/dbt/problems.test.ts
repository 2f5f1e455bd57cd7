import { expect, it } from "vitest";
import type { Problem, ProjectOptions } from "../../../src/formats/dbt/nodes.ts";
import { projectOf } from "./projects.ts";

const snapshot = "{% snapshot s %}select 1 as id{% endsnapshot %}";
const described = (name: string, rest: string) => `models:\n  - name: ${name}\n${rest}`;

/** What is wrong in the files of a project beside a model `fine`, which has to stay. */
function problemsOf(files: Record<string, string>, more: Partial<ProjectOptions> = {}): Problem[] {
  const project = projectOf({ "models/fine.sql": "select 1 as id", ...files }, more);
  expect(project.nodes.get("model.catchment.fine")?.error).toBeNull();
  return project.problems;
}

const cases: [what: string, files: Record<string, string>, problems: Problem[]][] = [
  [
    "a model that does not exist",
    { "models/a.sql": "select *\nfrom {{ ref('b') }}" },
    [{ path: "models/a.sql", line: 2, message: "ref('b'): this model does not exist" }],
  ],
  [
    "a model of a package that does not have it",
    { "models/a.sql": "select * from {{ ref('other', 'fine') }}" },
    [{ path: "models/a.sql", line: 1, message: "ref('other', 'fine'): this model does not exist" }],
  ],
  [
    "a model that is disabled",
    {
      "models/a.sql": "select *\n\nfrom {{ ref('off') }}",
      "models/off.sql": "{{ config(enabled=false) }} select 1",
    },
    [{ path: "models/a.sql", line: 3, message: "ref('off'): this model is disabled" }],
  ],
  [
    "a source that does not exist",
    { "models/a.sql": "select * from {{ source('till', 'payments') }}" },
    [{ path: "models/a.sql", line: 1, message: "source('till', 'payments'): this source does not exist" }],
  ],
  [
    "a version of a model",
    { "models/a.sql": "select * from {{ ref('fine', v=2) }}" },
    [{ path: "models/a.sql", line: 1, message: "ref('fine'): versions of models are not available" }],
  ],
  [
    "models that depend on each other",
    { "models/a.sql": "select * from {{ ref('b') }}", "models/b.sql": "select * from {{ ref('a') }}" },
    [
      { path: "models/a.sql", message: "models depend on each other in a circle: a → b → a" },
      { path: "models/b.sql", message: "models depend on each other in a circle: b → a → b" },
    ],
  ],
  [
    "a model that reads itself",
    { "models/a.sql": "select * from {{ ref('a') }}" },
    [{ path: "models/a.sql", message: "models depend on each other in a circle: a → a" }],
  ],
  [
    "two models of one name",
    { "models/x/a.sql": "select 1", "models/y/a.sql": "select 2" },
    [{ path: "models/y/a.sql", message: "there is another model 'a' in models/x/a.sql" }],
  ],
  [
    "two models of one relation",
    { "models/z.sql": "{{ config(alias='fine') }} select 1" },
    [
      {
        path: "models/z.sql",
        message: "'main__fine' is the name of model.catchment.fine, too: give one an alias or another schema",
      },
    ],
  ],
  [
    "YAML that is none",
    { "models/m.yml": "models:\n  - name: a\n   description: b" },
    [{ path: "models/m.yml", line: 3, message: "This is not YAML: Sequence item without - indicator" }],
  ],
  [
    "YAML of another shape",
    { "models/m.yml": "models:\n  fine: 1", "models/n.yml": "- 1" },
    [
      { path: "models/m.yml", line: 1, message: "models must be a list" },
      { path: "models/n.yml", line: 1, message: "The file must be a mapping" },
    ],
  ],
  [
    "an entry without a name",
    { "models/m.yml": "models:\n  - name: fine\n  - description: x" },
    [{ path: "models/m.yml", line: 3, message: "name is missing" }],
  ],
  [
    "a model described twice",
    { "models/m.yml": described("fine", ""), "models/n.yml": `\n${described("fine", "")}` },
    [{ path: "models/n.yml", line: 3, message: "'fine' is described in models/m.yml already" }],
  ],
  [
    "versions of a model",
    { "models/m.yml": described("fine", "    versions:\n      - v: 1") },
    [{ path: "models/m.yml", line: 3, message: "versions of models are not available" }],
  ],
  [
    "a description of a block that is not there",
    { "models/m.yml": described("fine", "    description: \"{{ doc('none') }}\"") },
    [{ path: "models/m.yml", line: 2, message: "There is no docs block 'none'" }],
  ],
  [
    "a test of two names",
    { "models/m.yml": described("fine", "    tests:\n      - unique: {}\n        column_name: id") },
    [{ path: "models/m.yml", line: 4, message: "A test has one name, not 2: indent its arguments" }],
  ],
  [
    "a test that does not exist",
    { "models/m.yml": described("fine", "    columns:\n      - name: id\n        tests: [tidy]") },
    [{ path: "models/m.yml", line: 5, message: "'test_tidy' is undefined" }],
  ],
  [
    "a test that is given its model",
    { "models/m.yml": described("fine", "    tests:\n      - unique: { model: x, column_name: id }") },
    [{ path: "models/m.yml", line: 4, message: "The test 'unique' is given its model; remove 'model'" }],
  ],
  [
    "a severity that is not known",
    { "tests/t.sql": "{{ config(severity='bad') }} select 1" },
    [{ path: "tests/t.sql", message: "the severity 'bad' is not known: error or warn" }],
  ],
  [
    "a condition of a test that is none",
    { "tests/t.sql": "{{ config(warn_if='> 1; drop table x') }} select 1" },
    [{ path: "tests/t.sql", message: "warn_if must compare with a number, such as '> 10'" }],
  ],
  [
    "a materialization of one's own",
    { "models/a.sql": "{{ config(materialized='log') }} select 1" },
    [
      {
        path: "models/a.sql",
        message: "the materialization 'log' is not available; there are view, table, incremental, ephemeral",
      },
    ],
  ],
  [
    "a strategy that is not known",
    { "models/a.sql": "{{ config(materialized='incremental', incremental_strategy='microbatch') }} select 1" },
    [
      {
        path: "models/a.sql",
        message: "the incremental_strategy 'microbatch' is not available; there are append, merge, delete+insert",
      },
    ],
  ],
  [
    "a change of columns that is not known",
    { "models/a.sql": "{{ config(materialized='incremental', on_schema_change='x') }} select 1" },
    [
      {
        path: "models/a.sql",
        message: "on_schema_change 'x' is not known; there are ignore, append_new_columns, sync_all_columns, fail",
      },
    ],
  ],
  [
    "predicates of an incremental model",
    { "models/a.sql": "{{ config(materialized='incremental', incremental_predicates=['x']) }} select 1" },
    [{ path: "models/a.sql", message: "incremental_predicates are not available" }],
  ],
  [
    "a hook of a model",
    { "models/a.sql": "{{ config(post_hook='grant x') }} select 1" },
    [{ path: "models/a.sql", message: "post_hook is not run: hooks and headers are not available" }],
  ],
  [
    "a contract",
    { "models/a.sql": "{{ config(contract={'enforced': true}) }} select 1" },
    [{ path: "models/a.sql", message: "contracts are not enforced here" }],
  ],
  [
    "another database",
    { "models/a.sql": "{{ config(database='other') }} select 1" },
    [{ path: "models/a.sql", message: "there is no database 'other', only warehouse" }],
  ],
  [
    "a reserved name",
    { "models/a.sql": "{{ config(schema='_catchment') }} select 1" },
    [{ path: "models/a.sql", message: "the name '_catchment__a' is reserved" }],
  ],
  [
    "hooks of the project",
    { "dbt_project.yml": "name: catchment\non-run-end: select 1\n" },
    [{ path: "dbt_project.yml", line: 2, message: "on-run-end is not run: hooks are not available" }],
  ],
  [
    "a snapshot and a Python model",
    { "snapshots/s.sql": snapshot, "models/p.py": "def model(dbt, session): pass" },
    [
      { path: "models/p.py", message: "Python models are not available: write the model in SQL" },
      { path: "snapshots/s.sql", message: "Snapshots are not available: use an incremental model" },
    ],
  ],
  [
    "a template that is none",
    { "models/a.sql": "select 1\n{% if x %}\nselect 2" },
    [{ path: "models/a.sql", line: 2, message: "expected 'elif' or 'else' or 'endif', got end of template" }],
  ],
  [
    "a name that is not there",
    { "models/a.sql": "select 1\n{{ nobody() }}" },
    [{ path: "models/a.sql", line: 2, message: "'nobody' is undefined" }],
  ],
  [
    "a variable without a value",
    { "models/a.sql": "select\n{{ var('rate') }}" },
    [{ path: "models/a.sql", line: 2, message: "The variable 'rate' is not set and has no default" }],
  ],
  [
    "an environment without a value",
    { "models/a.sql": "select '{{ env_var('STAGE') }}'" },
    [{ path: "models/a.sql", line: 1, message: "The environment variable 'STAGE' is not set and has no default" }],
  ],
  [
    "an error that a macro raises",
    {
      "macros/m.sql": "{% macro stop() %}\n{{ exceptions.raise_compiler_error('no more') }}\n{% endmacro %}",
      "models/a.sql": "{{ stop() }}",
    },
    [{ path: "macros/m.sql", line: 2, message: "no more" }],
  ],
  [
    "a file of macros that is none",
    { "macros/m.sql": "{% macro a() %}\n{{ 1 + }}{% endmacro %}" },
    [{ path: "macros/m.sql", line: 2, message: "unexpected '}}'" }],
  ],
  [
    "two macros of one name",
    { "macros/m.sql": "{% macro a() %}{% endmacro %}", "macros/n.sql": "\n{% macro a() %}{% endmacro %}" },
    [{ path: "macros/n.sql", line: 2, message: "The macro 'a' is also in macros/m.sql" }],
  ],
  [
    "a dispatch without a macro",
    { "models/a.sql": "{{ adapter.dispatch('none', 'dbt')() }}" },
    [{ path: "models/a.sql", line: 1, message: "There is no macro 'sqlite__none' or 'default__none' for 'dbt'" }],
  ],
];

it.each(cases)("%s is a problem, and the others stay", (_what, files, problems) => {
  expect(problemsOf(files)).toEqual(problems);
});

it("a project without a name has no nodes", () => {
  const project = projectOf({ "dbt_project.yml": "version: 1", "models/a.sql": "select 1" });
  expect(project.problems).toEqual([
    { path: "dbt_project.yml", line: 1, message: "name must be letters, digits and underscores" },
  ]);
  expect(project.nodes.size).toBe(0);
});

it("a broken package does not hide the project", () => {
  const files = { "dbt_packages/p/dbt_project.yml": "name: [", "dbt_packages/p/macros/a.sql": "{% macro" };
  expect(problemsOf(files)).toEqual([
    {
      path: "dbt_packages/p/dbt_project.yml",
      line: 1,
      message: "This is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    },
  ]);
});

it("a macro's error is one problem, however many models call it", () => {
  const files = {
    "macros/m.sql": "{% macro stop() %}{{ exceptions.raise_compiler_error('no more') }}{% endmacro %}",
    "models/a.sql": "{{ stop() }}",
    "models/b.sql": "{{ stop() }}",
  };
  expect(problemsOf(files)).toEqual([{ path: "macros/m.sql", line: 1, message: "no more" }]);
});

it("YAML that grows or nests without end is a problem", () => {
  const bomb = [
    "a: &a [x]",
    ..."bcdefghi".split("").map((key, place) => `${key}: &${key} [${`*${"abcdefgh"[place]},`.repeat(9)}]`),
  ];
  const messages = problemsOf({ "models/m.yml": bomb.join("\n"), "models/n.yml": "[".repeat(50_000) });
  expect(messages.map(({ message }) => message)).toEqual([
    "This is not YAML: Excessive alias count indicates a resource exhaustion attack",
    "This is not read: it has more than 20000 brackets",
  ]);
});

it.each([
  "a".repeat(900_000),
  "{{".repeat(400_000),
  "{%- ".repeat(200_000),
  `a${" ".repeat(900_000)}b`,
  "(".repeat(900_000),
])("a long text is read in a time that grows with its length", (text) => {
  const started = Date.now();
  projectOf({ "models/a.sql": text, "macros/m.sql": text, "models/m.yml": text, "models/m.md": text });
  expect(Date.now() - started).toBeLessThan(10_000);
});

it("what has no effect is noted", () => {
  const files = {
    "models/m.yml": "models:\n  - name: gone\nexposures:\n  - name: x\nmetrics: []\nunit_tests: []",
    "tests/t.sql": "{{ config(store_failures=true) }}select 1",
  };
  expect(projectOf(files).notes).toEqual([
    { path: "models/m.yml", line: 3, message: "exposures have no effect here" },
    { path: "models/m.yml", line: 5, message: "metrics have no effect here" },
    { path: "models/m.yml", line: 6, message: "unit_tests have no effect here" },
    { path: "models/m.yml", line: 2, message: "there is no file for 'gone'" },
    { path: "tests/t.sql", message: "store_failures of 't' has no effect here" },
  ]);
});
