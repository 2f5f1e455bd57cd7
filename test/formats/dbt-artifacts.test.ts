import { expect, it } from "vitest";
import type { ArtifactContext, NodeResult } from "../../src/formats/dbt/artifacts/artifact-context.ts";
import { buildCatalog } from "../../src/formats/dbt/artifacts/catalog.ts";
import { describeLineage } from "../../src/formats/dbt/artifacts/lineage.ts";
import { buildManifest } from "../../src/formats/dbt/artifacts/manifest.ts";
import { buildRunResults } from "../../src/formats/dbt/artifacts/run-results.ts";
import type { Project } from "../../src/formats/dbt/nodes.ts";
import { parseProject } from "../../src/formats/dbt/parse-project.ts";
import { dbtUtils, fixtureFiles, options, projectOf } from "./dbt/projects.ts";
import { schemaErrors } from "./dbt-artifacts-schemas.ts";

const GENERATED_AT = Date.parse("2026-01-02T03:05:00.000Z");

const contextOf = (project: Project, results: NodeResult[] = []): ArtifactContext => ({
  project,
  results: new Map(results.map((result) => [result.unique_id, result])),
  generated_at: GENERATED_AT,
  mask: (text) => text.replaceAll("s3cret", "****"),
});

const resultOf = (unique_id: string, more: Partial<NodeResult> = {}): NodeResult => ({
  unique_id,
  status: "success",
  message: "OK",
  failures: null,
  row_count: 2,
  compiled_code: "select 1",
  execution_seconds: 0.25,
  started_at: GENERATED_AT - 500,
  completed_at: GENERATED_AT - 250,
  ...more,
});

const NAMES = ["models/a.sql", "models/b.sql", "models/schema.yml", "seeds/s.csv", "tests/t.sql"] as const;

/** A source, a seed, two models, a generic and a singular test. */
function smallProject(more: Partial<Record<(typeof NAMES)[number], string>> = {}): Project {
  return projectOf({
    "dbt_project.yml": "name: small\nversion: '1.0'\n",
    "seeds/s.csv": "id\n1\n",
    "models/a.sql": "select id from {{ source('raw', 'things') }} union all select id from {{ ref('s') }}",
    "models/b.sql": "{{ config(materialized='table', tags=['x']) }}select id from {{ ref('a') }}",
    "models/schema.yml": `
models:
  - name: b
    description: The second.
    columns:
      - name: id
        description: Its key.
        tests: [unique]
sources:
  - name: raw
    schema: raw_shop
    tables: [{ name: things, description: Loaded. }]
`,
    "tests/t.sql": "select a.id from {{ ref('a') }} as a join {{ ref('b') }} as b on a.id = b.id where false",
    ...more,
  });
}

const UNIQUE = "test.small.unique_b_id";

function uniqueTestOf(project: Project): string {
  const id = [...project.nodes.keys()].find((key) => key.startsWith(UNIQUE));
  if (id === undefined) throw new Error("The project has no such test");
  return id;
}

it("the schemas refuse what is not an artifact", () => {
  const manifest = buildManifest(contextOf(smallProject()));
  const { metadata: _metadata, ...headless } = manifest;
  expect(schemaErrors("manifest-v12", headless)).not.toEqual([]);
  const model = { ...manifest.nodes["model.small.a"], unheard_of: 1 };
  expect(
    schemaErrors("manifest-v12", { ...manifest, nodes: { ...manifest.nodes, "model.small.a": model } }),
  ).not.toEqual([]);
  expect(schemaErrors("catalog-v1", { nodes: {}, sources: {} })).not.toEqual([]);
  const results = buildRunResults(contextOf(smallProject()), { ...RUN, results: [resultOf("model.small.a")] });
  expect(
    schemaErrors("run-results-v6", { ...results, results: [{ ...results.results[0], status: "fine" }] }),
  ).not.toEqual([]);
});

it.each(["jaffle_shop", "bookshop", "shop"])("the manifest of %s is valid by dbt's schema", (name) => {
  const project = parseProject([...fixtureFiles(name), ...(name === "shop" ? dbtUtils : [])], options);
  const results = [...project.nodes.keys()].map((id) => resultOf(id));
  const manifest = buildManifest(contextOf(project, results));
  expect(Object.keys(manifest.nodes).length).toBeGreaterThan(5);
  expect(schemaErrors("manifest-v12", manifest)).toEqual([]);
});

it("the manifest says what each node is, what it reads and who reads it", () => {
  const project = smallProject();
  const test = uniqueTestOf(project);
  const manifest = buildManifest(contextOf(project, [resultOf("model.small.b", { compiled_code: "select id" })]));
  expect(manifest.metadata).toMatchObject({
    dbt_schema_version: "https://schemas.getdbt.com/dbt/manifest/v12.json",
    generated_at: "2026-01-02T03:05:00.000000Z",
    invocation_id: options.invocation_id,
    project_name: "small",
    adapter_type: "sqlite",
  });
  expect(manifest.nodes["model.small.b"]).toMatchObject({
    resource_type: "model",
    relation_name: '"main__b"',
    description: "The second.",
    tags: ["x"],
    compiled: true,
    compiled_code: "select id",
    columns: { id: { name: "id", description: "Its key." } },
  });
  expect(manifest.nodes["model.small.a"]).toMatchObject({
    compiled: false,
    compiled_code: null,
    sources: [["raw", "things"]],
  });
  expect(manifest.nodes[test]).toMatchObject({
    attached_node: "model.small.b",
    column_name: "id",
    test_metadata: { name: "unique", kwargs: { column_name: "id" } },
  });
  expect(manifest.nodes["test.small.t"]).not.toHaveProperty("test_metadata");
  expect(manifest.nodes["source.small.raw.things"]).toBeUndefined();
  expect(manifest.sources["source.small.raw.things"]).toMatchObject({
    relation_name: '"raw_shop__things"',
    description: "Loaded.",
  });
  expect(manifest.parent_map["model.small.a"]?.toSorted()).toEqual(["seed.small.s", "source.small.raw.things"]);
  expect(manifest.child_map["seed.small.s"]).toEqual(["model.small.a"]);
  expect(manifest.child_map["model.small.b"]?.toSorted()).toEqual(["test.small.t", test].sort());
});

it.each([
  "{{ config(meta=5, tags='x', grants='all', docs={'show': 'no'}, contract=true, access='everyone') }}select 1 as id",
  "{{ config(persist_docs=[], packages=1, quoting='yes', freshness='soon', column_types=3, group=7) }}select 1 as id",
  "{{ config(severity='awful', batch_size={'a': [none, 1.5]}, begin=modules.datetime.date(2024, 1, 1)) }}select 1 as id",
  "{{ config(some_number=123456789012345678901234567890, deep={'a': {'b': [true, none]}}) }}select 1 as id",
])("settings of the wrong kind do not make the manifest invalid: %s", (sql) => {
  const manifest = buildManifest(contextOf(smallProject({ "models/a.sql": sql })));
  expect(Object.keys({ ...manifest.nodes, ...manifest.disabled })).toContain("model.small.a");
  expect(schemaErrors("manifest-v12", manifest)).toEqual([]);
});

it("a project of broken files and a disabled model has a valid manifest", () => {
  const manifest = buildManifest(
    contextOf(
      smallProject({
        "models/a.sql": "{{ config(enabled=false) }}select 1 as id",
        "models/b.sql": "select * from {{ ref('nobody') }} {% if %}",
      }),
    ),
  );
  expect(manifest.disabled["model.small.a"]).toMatchObject([{ name: "a" }]);
  expect(schemaErrors("manifest-v12", manifest)).toEqual([]);
});

it("secrets that a template put into settings, descriptions and messages are masked", () => {
  const project = smallProject({
    "models/a.sql": "{{ config(meta={'key': 's3cret'}, password='s3cret') }}select 1 as id",
    "models/schema.yml": "models: [{ name: b, description: s3cret, meta: { key: s3cret } }]",
  });
  const context = contextOf(project, [resultOf("model.small.a", { message: "no s3cret here" })]);
  const { nodes } = buildManifest(context);
  const { raw_code: _raw, ...shown } = nodes["model.small.a"] ?? {};
  const results = buildRunResults(context, { ...RUN, results: [...context.results.values()] });
  const page = describeLineage(context, [], null);
  const texts = [shown, nodes["model.small.b"], results, page.nodes.map(({ raw_code: _code, ...node }) => node)];
  expect(JSON.stringify(texts)).not.toContain("s3cret");
  expect(nodes["model.small.b"]).toMatchObject({ description: "****", meta: { key: "****" } });
});

const TABLES = [
  { schema: "main", name: "b", columns: [{ name: "ID", type: "integer" }], row_count: 3 },
  { schema: "main", name: "a", columns: [{ name: "id", type: "text" }], row_count: null },
  { schema: "raw_shop", name: "things", columns: [{ name: "id", type: "integer" }], row_count: 7 },
  { schema: "main", name: "somebody_elses", columns: [], row_count: 1 },
];

it("the catalog has the tables of the project's nodes and sources, and is valid", () => {
  const catalog = buildCatalog(contextOf(smallProject()), TABLES);
  expect(schemaErrors("catalog-v1", catalog)).toEqual([]);
  expect(Object.keys(catalog.nodes).sort()).toEqual(["model.small.a", "model.small.b"]);
  expect(catalog.nodes["model.small.a"]).toMatchObject({
    metadata: { type: "view" },
    stats: { has_stats: { value: false } },
  });
  expect(catalog.nodes["model.small.b"]).toMatchObject({
    metadata: { type: "table", schema: "main", name: "b", database: "warehouse" },
    columns: { ID: { type: "integer", index: 1, name: "ID", comment: "Its key." } },
    stats: { has_stats: { value: true }, row_count: { value: 3, include: true } },
  });
  expect(catalog.sources["source.small.raw.things"]).toMatchObject({ stats: { row_count: { value: 7 } } });
});

const RUN = {
  id: "job_1",
  command: "build",
  select: ["b+"],
  exclude: [],
  full_refresh: false,
  started_at: GENERATED_AT - 1000,
  completed_at: GENERATED_AT,
};

it("run results say how each node ended, and are valid", () => {
  const project = smallProject();
  const test = uniqueTestOf(project);
  const results = [
    resultOf("model.small.b"),
    resultOf(test, { status: "fail", failures: 2, message: "Got 2 results", row_count: null }),
    resultOf("test.small.t", { status: "skipped", compiled_code: null, row_count: null }),
    resultOf("model.small.gone", { status: "error" }),
  ];
  const artifact = buildRunResults(contextOf(project), { ...RUN, results });
  expect(schemaErrors("run-results-v6", artifact)).toEqual([]);
  expect(artifact).toMatchObject({
    metadata: { invocation_id: "job_1" },
    elapsed_time: 1,
    args: { which: "build", select: ["b+"] },
    results: [
      {
        unique_id: "model.small.b",
        status: "success",
        relation_name: '"main__b"',
        adapter_response: { rows_affected: 2 },
      },
      { status: "fail", failures: 2, message: "Got 2 results", relation_name: null, execution_time: 0.25 },
      { status: "skipped", timing: [], compiled: false },
      { status: "error", relation_name: null },
    ],
  });
});

it("run results of a run under way end with its last node", () => {
  const running = { ...RUN, completed_at: null, results: [resultOf("model.small.a")] };
  expect(buildRunResults(contextOf(smallProject()), running).elapsed_time).toBe(0.75);
  expect(buildRunResults(contextOf(smallProject()), { ...running, results: [] }).elapsed_time).toBe(0);
});

it("the page shows tests with their columns, and apart those that compare several nodes", () => {
  const project = smallProject();
  const test = uniqueTestOf(project);
  const context = contextOf(project, [
    resultOf("model.small.b"),
    resultOf(test, { status: "fail", message: "Got 1 result" }),
  ]);
  const page = describeLineage(context, TABLES, { command: "build", status: "error", started_at: RUN.started_at });
  expect(page).toMatchObject({
    project: "small",
    last_run: { status: "error", started_at: "2026-01-02T03:04:59.000Z" },
  });
  const byId = new Map(page.nodes.map((node) => [node.id, node]));
  expect([...byId.keys()].sort()).toEqual([
    "model.small.a",
    "model.small.b",
    "seed.small.s",
    "source.small.raw.things",
    "test.small.t",
  ]);
  expect(byId.get("model.small.b")).toMatchObject({
    status: "success",
    row_count: 3,
    tests: [],
    columns: [{ name: "ID", type: "integer", description: "Its key.", tests: [{ name: "unique", status: "fail" }] }],
    parents: ["model.small.a"],
  });
  expect(byId.get("source.small.raw.things")).toMatchObject({ label: "raw.things", status: null, row_count: 7 });
});

it("the page shows a node that cannot run as failed, with the reason, and what is wrong in the files", () => {
  const page = describeLineage(
    contextOf(smallProject({ "models/b.sql": "select * from {{ ref('nobody') }}" })),
    [],
    null,
  );
  expect(page.problems).not.toEqual([]);
  const broken = page.nodes.find(({ id }) => id === "model.small.b");
  expect(broken).toMatchObject({ status: "error", message: expect.stringContaining("nobody") });
});
