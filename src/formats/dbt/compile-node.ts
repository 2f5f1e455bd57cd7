import { AppError, badRequest } from "../../errors.ts";
import { NeedsQuery } from "../jinja/queries.ts";
import { callMacro } from "../jinja/render.ts";
import { templateFault } from "../jinja/template-errors.ts";
import { textOf } from "../jinja/text.ts";
import { positionalArguments, type Value } from "../jinja/values.ts";
import { toValue } from "../jinja/json-text.ts";
import { toSqlite } from "../sql/to-sqlite.ts";
import { knownRelation, type WarehouseView } from "./adapter-value.ts";
import { kindsOfColumns } from "./column-kinds.ts";
import { addCommonTables, type CommonTable } from "./common-tables.ts";
import { configValue } from "./config-value.ts";
import { type NodeHost, renderNode } from "./node-globals.ts";
import type {
  CompileContext,
  CompiledNode,
  ExistingRelation,
  NeedsAnswers,
  Project,
  ProjectNode,
  TestNode,
} from "./nodes.ts";
import { scopeIn } from "./parse-project.ts";
import { problemError, problemOf } from "./problems.ts";
import { referencesIn } from "./resolve-references.ts";
import { COMMON_TABLE_PREFIX, relationValue } from "./relation-value.ts";

/** Queries that one node may ask before it is compiled. */
const MOST_QUERIES = 100;

/** What one compilation has found so far. */
interface Compilation {
  project: Project;
  context: CompileContext;
  warehouse: WarehouseView;
  messages: string[];
}

/**
 * The SQL of a model or a test, or the queries whose answers its template needs first. Throws 400 naming file and line
 * for a node with an error, and for SQL that has no equal in SQLite.
 */
export function compileNode(project: Project, uniqueId: string, context: CompileContext): CompiledNode | NeedsAnswers {
  const node = project.nodes.get(uniqueId);
  if (!node) throw badRequest(`There is no node '${uniqueId}'`);
  const compilation: Compilation = { project, context, warehouse: viewOf(project, context), messages: [] };
  try {
    return compile(compilation, node);
  } catch (error) {
    if (!(error instanceof NeedsQuery)) throw error;
    if (context.answers.size >= MOST_QUERIES) {
      throw problemError({ path: node.original_file_path, message: `asks more than ${MOST_QUERIES} queries` });
    }
    return { needs: [error.sql] };
  }
}

function compile(compilation: Compilation, node: ProjectNode): CompiledNode {
  if (node.resource_type !== "model" && node.resource_type !== "test") {
    throw badRequest(`A ${node.resource_type} has no SQL: '${node.name}'`);
  }
  const tables = new Map<string, CommonTable>();
  const rendered = renderInto(compilation, node, tables);
  const compiled = addCommonTables(rendered, [...tables.values()]);
  const asked = node.resource_type === "test" ? wrapTest(compilation, node, compiled) : compiled;
  return {
    sql: translate(asked, parentsOf(compilation, node), node),
    compiled_code: compiled,
    incremental: node.resource_type === "model" && isAddedTo(compilation, node),
    config: node.config,
    relation: node.relation,
    messages: [...new Set(compilation.messages)],
  };
}

/** Renders a node; the ephemeral models that it reads are added to `tables`, each after what it reads itself. */
function renderInto(compilation: Compilation, node: ProjectNode, tables: Map<string, CommonTable>): string {
  if (node.error) throw problemError(node.error);
  const host = hostOf(compilation, node, (parent) => {
    if (tables.has(parent.unique_id)) return;
    const sql = renderInto(compilation, parent, tables);
    tables.set(parent.unique_id, { name: COMMON_TABLE_PREFIX + parent.name, sql });
  });
  try {
    const sql = renderNode(host).trim();
    return sql.endsWith(";") ? sql.slice(0, -1).trimEnd() : sql;
  } catch (error) {
    if (error instanceof NeedsQuery) throw error;
    throw problemError(problemOf(error, node.original_file_path));
  }
}

function hostOf(compilation: Compilation, node: ProjectNode, include: (parent: ProjectNode) => void): NodeHost {
  const { project, context, warehouse, messages } = compilation;
  const { nodes, name, library, dispatch, options } = project;
  const references = referencesIn(nodes, name);
  const full_refresh = context.full_refresh ?? options.full_refresh ?? false;
  const scope = scopeIn({ ...project, options: { ...options, full_refresh } }, node.package_name, (message) =>
    messages.push(message),
  );
  const use = (parent: ProjectNode | undefined, call: string): Value => {
    if (!parent || !node.depends_on.nodes.includes(parent.unique_id)) {
      throw templateFault(
        `${call} was not seen when the project was read: add "-- depends_on: {{ ${call} }}" to the file`,
      );
    }
    if (parent.config.materialized !== "ephemeral") return knownRelation(warehouse, parent.relation);
    include(parent);
    const identifier = COMMON_TABLE_PREFIX + parent.name;
    return relationValue({ ...parent.relation, identifier }, () => "cte");
  };
  return {
    scope,
    library,
    dispatch,
    node,
    warehouse,
    nodes,
    selected: context.selected ?? [],
    config: configValue(node.config),
    ref: (reference) => use(references.findRef(reference, node.package_name), `ref('${reference.name}')`),
    source: (source, table) =>
      use(references.findSource(source, table, node.package_name), `source('${source}', '${table}')`),
  };
}

function viewOf(project: Project, context: CompileContext): WarehouseView {
  return {
    existing: (relation) => context.existing(relation),
    relations: () => context.relations?.() ?? [],
    answer(sql) {
      const translated = toSqlite(sql);
      const known = context.answers.get(translated);
      if (known === undefined) throw new NeedsQuery(translated);
      return known;
    },
    execute: true,
    database: project.options.target.database,
  };
}

/** dbt's query around a test: one row of how many rows failed and what that means. */
function wrapTest({ project }: Compilation, node: TestNode, sql: string): string {
  const { fail_calc = "count(*)", warn_if = "!= 0", error_if = "!= 0", limit = null } = node.config;
  const globals = new Map<string, Value>([
    ["adapter", toValue({})],
    ["execute", true],
  ]);
  const given = positionalArguments(sql, fail_calc, warn_if, error_if, toValue(limit));
  return textOf(callMacro("dbt.default__get_test_sql", given, { globals, macros: project.library }));
}

function translate(sql: string, parents: ExistingRelation[], node: ProjectNode): string {
  try {
    return toSqlite(sql, { kinds: kindsOfColumns(sql, parents) });
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    const [, line, reason] = /^Line (\d+): ([^]*)$/.exec(error.message) ?? [];
    const message = line === undefined ? error.message : `line ${line} of the compiled SQL: ${reason}`;
    throw problemError({ path: node.original_file_path, message });
  }
}

/** The relations that a node reads, those of its ephemeral parents included. */
function parentsOf(
  { project, context }: Pick<Compilation, "project" | "context">,
  node: ProjectNode,
): ExistingRelation[] {
  return node.depends_on.nodes.flatMap((id): ExistingRelation[] => {
    const parent = project.nodes.get(id);
    if (parent?.config.materialized === "ephemeral") return parentsOf({ project, context }, parent);
    const existing = parent ? context.existing(parent.relation) : null;
    return existing ? [existing] : [];
  });
}

/** Whether a table that is there is added to, by dbt's own rule. */
function isAddedTo(compilation: Compilation, node: ProjectNode): boolean {
  const { project, context } = compilation;
  if (node.config.materialized !== "incremental" || context.existing(node.relation)?.type !== "table") return false;
  const flag = context.full_refresh ?? project.options.full_refresh ?? false;
  return !(node.config.full_refresh ?? flag);
}
