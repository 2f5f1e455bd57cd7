import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { configSchema } from "../../../src/config.ts";
import { storeSecret } from "../../../src/domains/warehouse/secrets.ts";
import { dbtResults } from "../../../src/domains/warehouse/tables.ts";
import { HOSTILE } from "../../formats/sql/hostile-statements.ts";
import { createTables } from "../../formats/sql/query-layers.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { openDbtWorld, putProject, resultsOf, runDbt, send, startDbt, statusesOf } from "./dbt.ts";
import { rowsOf } from "./loads.ts";

let world: JobWorld;

beforeEach(() => {
  world = openDbtWorld();
});

const table = (sql: string) => `{{ config(materialized='table') }}\n${sql}`;

it("a model that fails stops only what is built on it", async () => {
  await putProject({
    "models/good.sql": "select 1 as id",
    "models/bad.sql": "select missing from {{ ref('good') }}",
    "models/inner.sql": "{{ config(materialized='ephemeral') }}\nselect * from {{ ref('bad') }}",
    "models/child.sql": "select * from {{ ref('inner') }}",
    "models/grandchild.sql": "select * from {{ ref('child') }}",
    "models/unknown.sql": "select * from {{ ref('nobody') }}",
    "models/other.sql": "select * from {{ ref('good') }}",
    "models/schema.yml": "version: 2\nmodels:\n  - name: bad\n    columns: [{name: id, data_tests: [unique]}]\n",
  });
  const job = await runDbt(world, { command: "build" });
  expect(await statusesOf(job)).toEqual({
    ...{ good: "success", other: "success", bad: "error", unknown: "error" },
    ...{ child: "skipped", grandchild: "skipped", unique_bad_id: "skipped" },
  });
  expect(job).toMatchObject({ status: "completed", results: { nodes: 7, success: 2, error: 2, skipped: 3 } });
  expect(job.errors).toHaveLength(2);
  const messages = Object.fromEntries((await resultsOf(job)).map(({ name, message }) => [name, message]));
  expect(messages).toMatchObject({
    bad: expect.stringContaining("no such column: missing"),
    child: "Skipped because of model.shop.bad",
    grandchild: "Skipped because of model.shop.child",
    unknown: expect.stringMatching(/^models\/unknown\.sql.*nobody/),
  });
  const { body } = await send("GET", "/dbt/models");
  expect((body["models"] as { name: string; status: string }[]).map(({ name, status }) => [name, status])).toEqual([
    ...[
      ["bad", "error"],
      ["child", "skipped"],
      ["good", "success"],
      ["grandchild", "skipped"],
    ],
    ...[
      ["inner", null],
      ["other", "success"],
      ["unknown", "error"],
    ],
  ]);
  expect((await send("GET", `/dbt/runs/${job.id}`)).body).toMatchObject({ status: "error", command: "build" });
  expect((await send("GET", "/health/platform")).body).toMatchObject({
    status: "warning",
    dbt_failures: [{ failed_models: 2, models: expect.arrayContaining(["bad", "unknown"]) }],
    warnings: ["dbt run failures"],
  });
});

it("a test that fails stops what would be built on its model by build, and nothing else", async () => {
  await putProject({
    "models/parent.sql": table("select 1 as id union all select 1"),
    "models/child.sql": "select * from {{ ref('parent') }}",
    "models/schema.yml":
      "version: 2\nmodels:\n  - name: parent\n    columns: [{name: id, data_tests: [unique, not_null]}]\n",
  });
  const job = await runDbt(world, { command: "build" });
  expect(await statusesOf(job)).toEqual({
    ...{ parent: "success", unique_parent_id: "fail", not_null_parent_id: "pass", child: "skipped" },
  });
  expect(await resultsOf(job)).toContainEqual(
    expect.objectContaining({ name: "unique_parent_id", failures: 1, message: expect.stringContaining("1 result") }),
  );
  expect(await statusesOf(await runDbt(world, { command: "run" }))).toEqual({ parent: "success", child: "success" });
});

it("what fails when it runs leaves the table that was there", async () => {
  await putProject({ "models/numbers.sql": table("select 1 as n") });
  await runDbt(world, { command: "run" });
  for (const sql of ["select json(name) as n from (select 'no json' as name)", "select 1 as n, 2 as n"]) {
    await send("PUT", "/dbt/project/models/numbers.sql", table(sql));
    const job = await runDbt(world, { command: "run" });
    expect(job, sql).toMatchObject({ status: "failed", results: { error: 1 } });
    expect(await rowsOf(world.ctx, "SELECT * FROM main__numbers")).toEqual([{ n: 1 }]);
  }
  const stored = await rowsOf(world.ctx, "SELECT name FROM sqlite_master WHERE name LIKE 'main%' ORDER BY name");
  expect(stored).toEqual([{ name: "main__numbers" }, { name: "main__numbers__v1" }]);
});

it("a model may change its materialization", async () => {
  const kinds = ["view", "table", "incremental", "view", "incremental", "table"];
  for (const [version, kind] of kinds.entries()) {
    await putProject({ "models/numbers.sql": `{{ config(materialized='${kind}') }}\nselect ${version} as n` });
    const job = await runDbt(world, { command: "run", full_refresh: kind === "incremental" });
    expect(job.errors, kind).toEqual([]);
    expect(await rowsOf(world.ctx, "SELECT * FROM main__numbers"), kind).toEqual([{ n: version }]);
  }
});

it.each<[string, string, Record<string, unknown>[] | RegExp]>([
  [
    "ignore",
    "select 2 as id, 'b' as name, true as extra",
    [
      { id: 1, name: "a" },
      { id: 2, name: "b" },
    ],
  ],
  ["ignore", "select 2 as id", /has no column name any more/],
  [
    "append_new_columns",
    "select 2 as id, 'x' as extra",
    [
      { id: 1, name: "a", extra: null },
      { id: 2, name: null, extra: "x" },
    ],
  ],
  [
    "sync_all_columns",
    "select 2 as id, 'x' as extra",
    [
      { id: 1, extra: null },
      { id: 2, extra: "x" },
    ],
  ],
  ["fail", "select 2 as id, 'x' as extra", /new: extra, gone: name/],
])("on_schema_change %s with %s", async (change, sql, expected) => {
  const model = (query: string) =>
    `{{ config(materialized='incremental', unique_key='id', on_schema_change='${change}') }}\n${query}`;
  await putProject({ "models/rows.sql": model("select 1 as id, 'a' as name") });
  await runDbt(world, { command: "run" });
  await putProject({ "models/rows.sql": model(sql) });
  const job = await runDbt(world, { command: "run" });
  if (expected instanceof RegExp) {
    expect(job.errors[0]).toMatch(expected);
    expect(await rowsOf(world.ctx, "SELECT * FROM main__rows")).toEqual([{ id: 1, name: "a" }]);
    return;
  }
  expect(job.errors).toEqual([]);
  expect(await rowsOf(world.ctx, "SELECT * FROM main__rows ORDER BY id")).toEqual(expected);
});

it("merge refuses keys that come twice, and leaves columns alone that it is told to", async () => {
  const model = (query: string) =>
    `{{ config(materialized='incremental', unique_key=['a', 'b'], incremental_strategy='merge', merge_exclude_columns=['made']) }}\n${query}`;
  await putProject({ "models/rows.sql": model("select 1 as a, 1 as b, 'old' as made, 5 as n") });
  await runDbt(world, { command: "run" });
  await putProject({
    "models/rows.sql": model("select 1 as a, 1 as b, 'new' as made, 6 as n union all select 1, 2, 'new', 7"),
  });
  expect((await runDbt(world, { command: "run" })).errors).toEqual([]);
  const merged = [
    { a: 1, b: 1, made: "old", n: 6 },
    { a: 1, b: 2, made: "new", n: 7 },
  ];
  expect(await rowsOf(world.ctx, "SELECT * FROM main__rows ORDER BY b")).toEqual(merged);
  await putProject({
    "models/rows.sql": model("select 1 as a, 1 as b, 'x' as made, 8 as n union all select 1, 1, 'y', 9"),
  });
  expect((await runDbt(world, { command: "run" })).errors[0]).toContain(
    "1 values of unique_key (a, b) come more than once",
  );
  expect(await rowsOf(world.ctx, "SELECT * FROM main__rows ORDER BY b")).toEqual(merged);
});

it("hostile SQL in models is refused before it runs", async () => {
  await createTables();
  // What is no text is refused when it is uploaded, and what is longer than a statement may be by its length.
  const statements = Object.values(HOSTILE)
    .flat()
    .filter((sql) => !sql.includes("\0") && sql.length < 10_000);
  const files = Object.fromEntries(
    statements.map((sql, index) => [`models/m${index}.sql`, `{% raw %}${sql.replaceAll("{%", "")}{% endraw %}`]),
  );
  await putProject(files);
  const before = await rowsOf(world.ctx, "SELECT name, sql FROM sqlite_master ORDER BY name");
  const job = await runDbt(world, { command: "run" });
  const passed = (await resultsOf(job)).filter(({ status }) => status !== "error");
  // Models may end with semicolons, are translated from DuckDB's dialect, and may recurse with a limit.
  expect(passed.map(({ name }) => statements[Number(String(name).slice(1))]).toSorted()).toEqual([
    "SELECT 1; ;",
    "SELECT 1;;",
    "SELECT amount::text FROM orders",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT 5) SELECT * FROM t",
  ]);
  const after = await rowsOf(
    world.ctx,
    "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'main%' ORDER BY name",
  );
  expect(after).toEqual(before);
  expect(await rowsOf(world.ctx, "SELECT count(*) AS n FROM orders")).toEqual([{ n: 2000 }]);
}, 300_000);

it.each([
  ["reads our own tables", "select * from _catchment_tables", /not a table of yours|reserved/],
  ["drops a table behind a semicolon", "select 1 as n; drop table main__victim", /second statement|;/],
  ["closes the bracket around it", "select 1 as n) ; drop table main__victim; select * from (select 1", /bracket/],
  ["comments the bracket away", "select 1 as n -- )", null],
  ["never ends", "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n", /LIMIT/],
  [
    "ends by its limit",
    "with recursive n(i) as (select 1 union all select i + 1 from n limit 10) select i from n",
    null,
  ],
  ["joins everything", "select count(*) as n from main__big a, main__big b, main__big c", /about/],
])("a model that %s", async (_, sql, refused) => {
  const numbers = "with recursive n(i) as (select 1 union all select i + 1 from n limit 1000) select i from n";
  await putProject({
    "models/big.sql": table(numbers),
    "models/victim.sql": table("select 1 as n"),
    "models/m.sql": table(sql),
  });
  await runDbt(world, { command: "run", select: ["big", "victim"] });
  const began = Date.now();
  const job = await runDbt(world, { command: "run", select: ["m"] });
  expect(Date.now() - began).toBeLessThan(5000);
  if (refused === null) expect(job.errors).toEqual([]);
  else expect(job.errors[0]).toMatch(refused);
  expect(await rowsOf(world.ctx, "SELECT * FROM main__victim")).toEqual([{ n: 1 }]);
});

it("hostile SQL that a template asks is refused, too", async () => {
  await putProject({
    "models/m.sql": "{% set x = run_query('select * from _catchment_fence') %}\nselect 1 as n",
    "models/n.sql": "{% do run_query('drop table main__victim') %}\nselect 1 as n",
    "models/victim.sql": table("select 1 as n"),
  });
  await runDbt(world, { command: "run", select: ["victim"] });
  expect(await statusesOf(await runDbt(world, { command: "run" }))).toEqual({
    m: "error",
    n: "error",
    victim: "success",
  });
  expect(await rowsOf(world.ctx, "SELECT * FROM main__victim")).toEqual([{ n: 1 }]);
});

it("a table that belongs to another is not taken over", async () => {
  await putProject({
    "models/a.sql": "{{ config(alias='same') }}\nselect 1 as n",
    "models/b.sql": "{{ config(schema='main__x') }}\nselect 1 as n",
    "models/c.sql": "{{ config(schema='_catchment') }}\nselect 1 as n",
    "models/d.sql": "{{ config(alias='x__v1') }}\nselect 1 as n",
  });
  const job = await runDbt(world, { command: "run" });
  expect(await statusesOf(job)).toEqual({ a: "success", b: "error", c: "error", d: "error" });
  await putProject({ "models/z.sql": "{{ config(alias='same') }}\nselect 2 as n" });
  expect((await runDbt(world, { command: "run" })).errors).toEqual([
    "z: Table main.same belongs to model:model.shop.a",
  ]);
  expect((await send("GET", "/dbt/models")).body).toMatchObject({
    vanished: [{ schema: "main", name: "same", unique_id: "model.shop.a" }],
  });
  expect((await send("POST", "/dbt/clean")).body).toEqual({ dropped: ["main.same"] });
  expect((await runDbt(world, { command: "run" })).errors).toEqual([]);
  expect(await rowsOf(world.ctx, "SELECT * FROM main__same")).toEqual([{ n: 2 }]);
  await send("PUT", "/dbt/project/models/broken.sql", "select {{ ref('nobody') }}");
  expect((await send("POST", "/dbt/clean")).status).toBe(409);
});

it("env_var reads the vault and the Worker's variables, never the platform's keys, and shows no secret", async () => {
  await storeSecret(world.ctx, "SHOP_TOKEN", "a'very-secret");
  await putProject({
    "models/token.sql": table(
      "select '{{ dbt.escape_single_quotes(env_var('SHOP_TOKEN')) }}' as token, '{{ env_var('UNSET', 'x') }}' as other",
    ),
    "models/unset.sql": "select '{{ env_var('UNSET') }}' as n",
    "models/wrong.sql": "select no_column, '{{ env_var('SHOP_TOKEN') }}' as n",
    ...Object.fromEntries(
      Object.keys(configSchema.shape).map((key) => [
        `models/key_${key.toLowerCase()}.sql`,
        `select '{{ env_var('${key}', 'x') }}' as n`,
      ]),
    ),
  });
  const job = await runDbt(world, { command: "run" });
  const statuses = await statusesOf(job);
  expect(job.errors.filter((error) => error.startsWith("token"))).toEqual([]);
  expect(Object.entries(statuses).filter(([, status]) => status !== "error")).toEqual([["token", "success"]]);
  expect(await rowsOf(world.ctx, "SELECT * FROM main__token")).toEqual([{ token: "a'very-secret", other: "x" }]);
  const shown = [
    JSON.stringify(await world.ctx.db.select().from(dbtResults)),
    ...(await Promise.all(
      [`/dbt/runs/${job.id}`, "/dbt/models", "/logs", "/dbt/project/check"].map(
        async (path) => (await send("GET", path)).text,
      ),
    )),
    JSON.stringify(job.errors),
    JSON.stringify(world.ctx.published),
  ].join("\n");
  expect(shown).not.toContain("very-secret");
  expect(shown).not.toContain(String(env["JWT_SECRET_KEY" as keyof typeof env]));
  expect(job.errors.find((error) => error.startsWith("key_jwt_secret_key"))).toContain(
    "is a key of the platform itself",
  );
}, 60_000);

it.each([
  ["seeds/a.csv", "id,name\n1\n", /Record 2 has 1 fields instead of 2/],
  ["seeds/a.csv", "id,id\n1,2\n", /Two columns are named id/],
  ["seeds/a.csv", "id,\n1,2\n", /does not name every column/],
  ["seeds/a.csv", 'id,name\n1,"x\n', /Record/],
  ["seeds/a.csv", `${Array.from({ length: 101 }, (_, index) => `c${index}`).join(",")}\n`, /at most 100 columns/],
])("a seed %s that is wrong is refused with its reason: %s", async (path, csv, reason) => {
  await putProject({ [path]: csv });
  const job = await runDbt(world, { command: "seed" });
  expect(job).toMatchObject({ status: "failed" });
  expect(job.errors[0]).toMatch(reason);
});

it("seeds keep names and values exactly", async () => {
  await putProject({
    "seeds/a.csv":
      'Order ID,big,code,when,empty,note\n1,9007199254740993,007,2024-01-01T10:00:00+02:00,,"a ""b"",\nc"\n',
    "seeds/properties.yml": "version: 2\nseeds:\n  - name: a\n    config: {column_types: {code: text}}\n",
  });
  expect((await runDbt(world, { command: "seed" })).errors).toEqual([]);
  expect(
    await rowsOf(world.ctx, 'SELECT "Order ID", CAST(big AS TEXT) AS big, code, "when", empty, note FROM main__a'),
  ).toEqual([
    {
      "Order ID": 1,
      big: "9007199254740993",
      code: "007",
      when: "2024-01-01 08:00:00",
      empty: null,
      note: 'a "b",\nc',
    },
  ]);
});

it("a run of many failures keeps the first hundred, and the start of what each has to say", async () => {
  const models = Array.from({ length: 103 }, (_, index) => [`models/m${index}.sql`, "select {{ nobody() }} as n"]);
  await putProject({
    ...Object.fromEntries(models),
    "models/a_long.sql": `{{ exceptions.raise_compiler_error('x' * 1000) }}`,
  });
  const job = await runDbt(world, { command: "run" });
  expect(job.errors).toHaveLength(101);
  expect(job.errors.at(-1)).toBe("and 4 more");
  const results = await resultsOf(job);
  expect(results).toHaveLength(104);
  expect(results.find(({ name }) => name === "a_long")?.["message"]).toHaveLength(200);
  expect(job.errors.find((error) => error.startsWith("a_long: "))).toHaveLength("a_long: ".length + 200);
}, 60_000);

it("a template is told when its query answers too much, instead of some of it", async () => {
  const asking = (rows: number) =>
    `{% set found = run_query('with recursive n(i) as (select 1 union all select i + 1 from n limit ${rows}) select i from n') %}\nselect 1 as n`;
  await putProject({ "models/fits.sql": asking(10_000), "models/large.sql": asking(10_001) });
  expect((await runDbt(world, { command: "run" })).errors).toEqual([
    "large: A template's query answers more than 10000 rows",
  ]);
});

it("times that do not exist are texts in a seed, and refused where they are to be times", async () => {
  const content = "day,time\n2024-02-29,2024-02-29 10:00:00\n2024-02-30,2024-02-30 10:00:00\n";
  await putProject({ "seeds/a.csv": content });
  expect((await runDbt(world, { command: "seed" })).errors).toEqual([]);
  expect(await rowsOf(world.ctx, "SELECT day, time FROM main__a")).toEqual([
    { day: "2024-02-29", time: "2024-02-29 10:00:00" },
    { day: "2024-02-30", time: "2024-02-30 10:00:00" },
  ]);
  for (const [column, type] of [
    ["day", "date"],
    ["time", "timestamp"],
  ] as const) {
    const config = `version: 2\nseeds:\n  - name: a\n    config: {column_types: {${column}: ${type}}}\n`;
    await putProject({ "seeds/a.csv": content, "seeds/properties.yml": config });
    expect((await runDbt(world, { command: "seed" })).errors[0]).toMatch(
      new RegExp(`2024-02-30.* is no ${type} \\(record 3, column ${column}\\)`),
    );
  }
});

it("a run asks the databases nine times for each view that it makes", async () => {
  const operationsOf = async (models: number) => {
    const files = Array.from({ length: models }, (_, index) => [`models/m${index}.sql`, "select 1 as n"]);
    await putProject(Object.fromEntries(files));
    await runDbt(world, { command: "run" });
    const { job, process } = await world.work(await startDbt({ command: "run" }));
    expect(job).toMatchObject({ status: "completed", errors: [] });
    return process.count();
  };
  const few = await operationsOf(2);
  expect((await operationsOf(4)) - few).toBe(2 * 9);
});
