import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { compileNode } from "../../../src/formats/dbt/compile-node.ts";
import type {
  Answer,
  CompileContext,
  CompiledNode,
  ExistingColumn,
  ExistingRelation,
  Project,
  ProjectFile,
  ProjectNode,
  RelationName,
  Scalar,
  TestOutcome,
  TestRow,
} from "../../../src/formats/dbt/nodes.ts";
import { sqlNameOf } from "../../../src/formats/dbt/relation-value.ts";
import { testOutcome } from "../../../src/formats/dbt/test-outcome.ts";
import { askDuckdb } from "../../support/duckdb.ts";

type Row = Record<string, Scalar>;

/** A warehouse in which the nodes of a project are built one after the other, as plainly as can be. */
export interface Warehouse {
  relations: Map<string, ExistingRelation & RelationName>;
  /** What built each relation, in DuckDB's dialect. */
  statements: string[];
  files: Record<string, Uint8Array>;
  compiled: Map<string, CompiledNode>;
  tests: Map<string, TestOutcome>;
}

export const emptyWarehouse = (): Warehouse => ({
  relations: new Map(),
  statements: [],
  files: {},
  compiled: new Map(),
  tests: new Map(),
});

const quoted = (relation: RelationName) => `"${sqlNameOf(relation)}"`;

const contextOf = (warehouse: Warehouse, answers: Map<string, Answer>): CompileContext => ({
  existing: (relation) => warehouse.relations.get(sqlNameOf(relation)) ?? null,
  relations: () => [...warehouse.relations.values()],
  answers,
});

/** Compiles a node, running the queries that it asks. */
export async function compileIn(
  warehouse: Warehouse,
  project: Project,
  id: string,
  more: Partial<CompileContext> = {},
) {
  const answers = new Map<string, Answer>();
  for (;;) {
    const compiled = compileNode(project, id, { ...contextOf(warehouse, answers), ...more });
    if (!("needs" in compiled)) return compiled;
    for (const sql of compiled.needs) {
      const [columns = [], ...rows] = await env.WAREHOUSE.prepare(sql).raw<Scalar[]>({ columnNames: true });
      answers.set(sql, { columns: columns.map(String), rows });
    }
  }
}

/** Builds and tests all nodes of a project, in order. */
export async function buildAll(warehouse: Warehouse, project: Project, files: readonly ProjectFile[]): Promise<void> {
  for (const node of project.nodes.values()) {
    if (node.resource_type === "seed") await buildSeed(warehouse, node, files);
    if (node.resource_type === "model") await buildModel(warehouse, project, node);
    if (node.resource_type === "test") await runTest(warehouse, project, node);
  }
}

async function buildSeed(warehouse: Warehouse, node: ProjectNode, files: readonly ProjectFile[]): Promise<void> {
  const content = files.find(({ path }) => path === node.original_file_path)?.content ?? "";
  const { data, meta } = Papa.parse<Record<string, string>>(content.trim(), { header: true });
  const names = meta.fields ?? [];
  const columns = names.map((name): ExistingColumn => ({ name, type: typeOf(data.map((row) => row[name] ?? "")) }));
  const sql = `SELECT ${names.map((name, place) => `${castOf(columns[place])}(value ->> '${name}' ${ending(columns[place])} AS "${name}"`).join(", ")} FROM json_each(?)`;
  await env.WAREHOUSE.prepare(`DROP TABLE IF EXISTS ${quoted(node.relation)}`).run();
  const declared = columns.map(({ name, type }) => `"${name}" ${type === "integer" ? "INTEGER" : "TEXT"}`);
  await env.WAREHOUSE.prepare(`CREATE TABLE ${quoted(node.relation)} (${declared.join(", ")})`).run();
  const rows = data.map((row) => Object.fromEntries(names.map((name) => [name, row[name] === "" ? null : row[name]])));
  await env.WAREHOUSE.prepare(`INSERT INTO ${quoted(node.relation)} ${sql}`)
    .bind(JSON.stringify(rows))
    .run();
  warehouse.relations.set(sqlNameOf(node.relation), { ...node.relation, type: "table", columns });
  const file = `${node.name}_${warehouse.statements.length}.csv`;
  warehouse.files[file] = new TextEncoder().encode(content);
  warehouse.statements.push(
    `CREATE OR REPLACE TEMP TABLE ${quoted(node.relation)} AS SELECT * FROM read_csv({${file}})`,
  );
}

const castOf = (column: ExistingColumn | undefined) => (column?.type === "integer" ? "CAST" : "");
const ending = (column: ExistingColumn | undefined) => (column?.type === "integer" ? "AS INTEGER)" : ")");

function typeOf(values: string[]): string {
  const present = values.filter((value) => value !== "");
  if (present.every((value) => /^-?\d+$/.test(value))) return "integer";
  return present.every((value) => /^\d{4}-\d\d-\d\d$/.test(value)) ? "date" : "text";
}

/** What the model's author wrote; DuckDB has no use for the limit that bounds a recursion here. */
const forDuckdb = ({ compiled_code }: CompiledNode) =>
  compiled_code.replace(/(from generated where generated_number < \d+)\s+limit \d+/g, "$1");

async function buildModel(warehouse: Warehouse, project: Project, node: ProjectNode): Promise<void> {
  if (node.config.materialized === "ephemeral") return;
  const compiled = await compileIn(warehouse, project, node.unique_id);
  warehouse.compiled.set(node.unique_id, compiled);
  const name = quoted(node.relation);
  if (compiled.incremental) return addRows(warehouse, node, compiled);
  await env.WAREHOUSE.prepare(`DROP TABLE IF EXISTS ${name}`).run();
  await env.WAREHOUSE.prepare(`CREATE TABLE ${name} AS ${compiled.sql}`).run();
  warehouse.statements.push(`CREATE OR REPLACE TEMP TABLE ${name} AS ${forDuckdb(compiled)}`);
  const { results } = await env.WAREHOUSE.prepare(`SELECT name FROM pragma_table_info(?)`)
    .bind(sqlNameOf(node.relation))
    .all<{ name: string }>();
  const columns = results.map((column) => ({ name: column.name, type: "unknown" }));
  const type = node.config.materialized === "view" ? "view" : "table";
  warehouse.relations.set(sqlNameOf(node.relation), { ...node.relation, type, columns });
}

/** Rows with a key that is there replace those; they are chosen before any is deleted. */
async function addRows(warehouse: Warehouse, node: ProjectNode, compiled: CompiledNode): Promise<void> {
  const [name, fresh] = [quoted(node.relation), `"${sqlNameOf(node.relation)}__fresh"`];
  const key = [node.config.unique_key ?? []].flat().join(", ");
  const statements = [
    `DELETE FROM ${name} WHERE (${key}) IN (SELECT ${key} FROM ${fresh})`,
    `INSERT INTO ${name} SELECT * FROM ${fresh}`,
    `DROP TABLE ${fresh}`,
  ];
  await env.WAREHOUSE.prepare(`CREATE TABLE ${fresh} AS ${compiled.sql}`).run();
  for (const statement of statements) await env.WAREHOUSE.prepare(statement).run();
  warehouse.statements.push(`CREATE OR REPLACE TEMP TABLE ${fresh} AS ${forDuckdb(compiled)}`, ...statements);
}

async function runTest(warehouse: Warehouse, project: Project, node: ProjectNode): Promise<void> {
  const { sql, config } = await compileIn(warehouse, project, node.unique_id);
  const [row] = (await env.WAREHOUSE.prepare(sql).all<Row & TestRow>()).results;
  if (!row) throw new Error(`${node.name} gave no row`);
  warehouse.tests.set(node.name, testOutcome(config, row));
}

/** The rows of a relation here and in DuckDB, which runs what the models' authors wrote. */
export async function bothTables(warehouse: Warehouse, name: string): Promise<{ ours: string[]; duckdb: string[] }> {
  const ours = await env.WAREHOUSE.prepare(`SELECT * FROM "${name}"`).all<Row>();
  const question = [...warehouse.statements, `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM "${name}"`].join(";\n");
  const theirs = await askDuckdb<Row>(question, warehouse.files);
  return { ours: comparable(ours.results), duckdb: comparable(theirs) };
}

const comparable = (rows: Row[]) =>
  rows
    .map((row) => JSON.stringify(Object.entries(row).map(([key, value]) => [key, comparableValue(value)])))
    .toSorted();

function comparableValue(value: Scalar): Scalar {
  if (value === "true" || value === "false") return value === "true" ? 1 : 0;
  if (typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value)) return Number(Number(value).toFixed(9));
  return typeof value === "number" ? Number(value.toFixed(9)) : value;
}
