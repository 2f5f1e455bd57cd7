import type { Project, ProjectNode, TestNode } from "../nodes.ts";
import { type ArtifactContext, compiledCode, relationName } from "./artifact-context.ts";
import type { BuiltTable } from "./catalog.ts";
import type { LineagePage, PageColumn, PageNode, PageTest } from "./lineage-page.ts";
import { maskTexts } from "./plain-json.ts";
import type { Invocation } from "./run-results.ts";

type Tests = ReadonlyMap<string, TestNode[]>;
type LastRun = Pick<Invocation, "command" | "started_at"> & { status: string };

/** What the page of a project shows; `last_run` is null when nothing ran yet. */
export function describeLineage(
  context: ArtifactContext,
  tables: readonly BuiltTable[],
  last_run: LastRun | null,
): LineagePage {
  const { project, generated_at } = context;
  const tests = groupTests(project);
  const byName = new Map(tables.map((table) => [`${table.schema}.${table.name}`.toLowerCase(), table]));
  const nodes = [...project.nodes.values()].filter((node) => node.resource_type !== "test" || isAlone(node, project));
  const page = {
    project: project.name,
    generated_at: new Date(generated_at).toISOString(),
    last_run: last_run && { ...last_run, started_at: new Date(last_run.started_at).toISOString() },
    problems: project.problems.map(({ path, line, message }) => ({ path, line: line ?? null, message })),
    nodes: nodes.map((node) => {
      const { schema, identifier } = node.relation;
      return describePageNode(node, context, tests, byName.get(`${schema}.${identifier}`.toLowerCase()));
    }),
  };
  return maskTexts(page, context.mask);
}

/** What a test is about: the node of its YAML entry, else the only node that it reads. */
function subjectOf({ attached_node, depends_on }: TestNode): string | null {
  if (attached_node !== null) return attached_node;
  const [first = null, ...others] = depends_on.nodes;
  return others.length === 0 ? first : null;
}

/** A test that compares several nodes belongs to none of them. */
const isAlone = (test: TestNode, project: Project) => !project.nodes.has(subjectOf(test) ?? "");

function groupTests(project: Project): Tests {
  const tests = [...project.nodes.values()].filter((node) => node.resource_type === "test");
  return Map.groupBy(tests, (test) => subjectOf(test) ?? "");
}

function describePageNode(
  node: ProjectNode,
  context: ArtifactContext,
  tests: Tests,
  table: BuiltTable | undefined,
): PageNode {
  const result = context.results.get(node.unique_id);
  const { unique_id, name, resource_type, package_name, original_file_path, relation, config, depends_on } = node;
  const isStored = resource_type !== "test" && config.materialized !== "ephemeral";
  const own = (tests.get(unique_id) ?? []).map((test) => ({
    column: test.column_name,
    shown: showTest(test, context),
  }));
  const columns = describeColumns(node, table, own);
  const onColumns = new Set(columns.flatMap((column) => column.tests.map(({ id }) => id)));
  const broken = node.error && `${node.error.path}: ${node.error.message}`;
  return {
    id: unique_id,
    name,
    label: resource_type === "source" ? `${node.source_name}.${name}` : name,
    type: resource_type,
    package: package_name,
    path: original_file_path,
    schema: relation.schema,
    relation: isStored ? relationName(relation) : null,
    materialized: resource_type === "model" ? config.materialized : null,
    description: node.description,
    tags: node.tags,
    status: broken ? "error" : (result?.status ?? null),
    message: result?.message ?? broken,
    row_count: table?.row_count ?? result?.row_count ?? null,
    execution_seconds: result?.execution_seconds ?? null,
    completed_at: result ? new Date(result.completed_at).toISOString() : null,
    raw_code: resource_type === "model" || resource_type === "test" ? node.raw_code : null,
    compiled_code: compiledCode(context, unique_id),
    columns,
    tests: own.map(({ shown }) => shown).filter(({ id }) => !onColumns.has(id)),
    parents: depends_on.nodes.filter((id) => context.project.nodes.has(id)),
  };
}

function showTest(test: TestNode, context: ArtifactContext): PageTest {
  const result = context.results.get(test.unique_id);
  return {
    id: test.unique_id,
    name: test.test_metadata?.name ?? test.name,
    status: test.error ? "error" : (result?.status ?? null),
    message: result?.message ?? test.error?.message ?? null,
    failures: result?.failures ?? null,
    compiled_code: compiledCode(context, test.unique_id),
  };
}

/** The table's columns in their order, then those that are only described. */
function describeColumns(
  node: ProjectNode,
  table: BuiltTable | undefined,
  tests: readonly { column: string | null; shown: PageTest }[],
): PageColumn[] {
  const described = new Map(Object.values(node.columns).map((column) => [column.name.toLowerCase(), column]));
  const built = table?.columns ?? [];
  const known = new Set(built.map(({ name }) => name.toLowerCase()));
  const others = [...described.values()].filter(({ name }) => !known.has(name.toLowerCase()));
  const rows = [...built, ...others.map(({ name, data_type }) => ({ name, type: data_type }))];
  return rows.map(({ name, type }) => ({
    name,
    type,
    description: described.get(name.toLowerCase())?.description ?? "",
    tests: tests.filter(({ column }) => column?.toLowerCase() === name.toLowerCase()).map(({ shown }) => shown),
  }));
}
