import type { Context } from "../../../context.ts";
import { notFound } from "../../../errors.ts";
import type { ModelNode, Project, ProjectNode } from "../../../formats/dbt/nodes.ts";
import { foldName } from "../../../formats/sql/tokenize.ts";
import { listByPrefix, type TableRow } from "../loading/registry.store.ts";
import { documentTime } from "../times.ts";
import { lookAtProject, type OpenProject } from "./open-project.ts";
import { nodeOfTable, VIEW_GENERATION } from "./relations.ts";
import { listStates, type ResultRow } from "./run.store.ts";
import { startRun } from "./runs.ts";

/** The document's server cuts what failed to this many characters. */
const SHOWN_ERROR = 200;

/** Every model with how it is, by schema and name, and tables that no model or seed builds any more. */
export async function listModels(ctx: Context) {
  const open = await lookAtProject(ctx);
  const [results, tables] = [await listStates(ctx.db), await listByPrefix(ctx.warehouse, "")];
  const resultOf = new Map(results.map((result) => [result.unique_id, result]));
  const vanished = new Set(tables.filter((table) => hasVanished(open.project, table)));
  const kept = tables.filter((table) => !vanished.has(table));
  const tableOf = new Map(kept.map((table) => [nodeOfTable(table), table]));
  const models = [...open.project.nodes.values()]
    .filter(isModel)
    .map((node) => renderModel(open, node, resultOf.get(node.unique_id), tableOf.get(node.unique_id)))
    .toSorted((a, b) => compare(a.schema, b.schema) || compare(a.name, b.name));
  return { models, vanished: [...vanished].map(renderVanished) };
}

/** Runs a model, and with `cascade` what is built on it. Throws 404 for a model that there is not. */
export async function runModel(
  ctx: Context,
  name: string,
  { cascade, full_refresh }: { cascade: boolean; full_refresh: boolean },
) {
  const { project } = await lookAtProject(ctx);
  const model = [...project.nodes.values()].find((node) => isModel(node) && node.name === name);
  if (!model) throw notFound(`Model '${name}' not found`);
  // A bare name would mean folders and projects of that name, too; blanks and commas would end the selector, a bracket begin a class.
  const selector = `path:${model.original_file_path.replaceAll(/[\s,[]/g, "?")}`;
  const select = [cascade ? `${selector}+` : selector];
  const job = await startRun(ctx, { command: "run", select, full_refresh, label: name });
  return { job_id: job.id, started_at: documentTime(job.created_at) ?? "" };
}

/** Whether a table was built by a model or seed that is not in the project any more, or that is built elsewhere now. */
export function hasVanished({ nodes, disabled }: Project, table: TableRow): boolean {
  const id = nodeOfTable(table);
  if (id === null) return false;
  const node = nodes.get(id);
  if (!node) return !disabled.has(id);
  const { schema, identifier } = node.relation;
  // SQLite reads the same table by names that differ in their case only.
  const isThere = foldName(`${schema}__${identifier}`) === foldName(`${table.schema}__${table.name}`);
  return !isThere || node.config.materialized === "ephemeral";
}

const isModel = (node: ProjectNode): node is ModelNode => node.resource_type === "model";

function renderModel(
  { project, environment }: OpenProject,
  node: ModelNode,
  result: Omit<ResultRow, "compiled_code"> | undefined,
  table: TableRow | undefined,
) {
  const { name, unique_id, original_file_path: path, config, relation, depends_on } = node;
  const { mask } = environment;
  const failure = node.error?.message ?? (result?.status === "success" ? null : (result?.message ?? null));
  return {
    ...{ name, unique_id, path, description: mask(node.description) },
    database: relation.database,
    schema: relation.schema,
    // The document's sample shows none for a model over a source.
    depends_on: depends_on.nodes.flatMap((id) => nameOf(project.nodes.get(id))),
    depends_on_ids: depends_on.nodes,
    materialization: config.materialized,
    tags: node.tags.map(mask),
    row_count: table && table.generation !== VIEW_GENERATION ? table.row_count : null,
    last_run: documentTime(result?.completed_at ?? null),
    status: result?.status ?? null,
    error: failure === null ? null : mask(failure).slice(0, SHOWN_ERROR),
  };
}

const nameOf = (node: ProjectNode | undefined) => (node && node.resource_type !== "source" ? [node.name] : []);

const renderVanished = ({ schema, name, owner, row_count }: TableRow) => ({
  ...{ schema, name, row_count },
  unique_id: nodeOfTable({ owner }) ?? "",
});

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
