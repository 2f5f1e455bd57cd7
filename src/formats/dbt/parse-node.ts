import { callMacro } from "../jinja/render.ts";
import { textOf } from "../jinja/text.ts";
import { positionalArguments, type Value } from "../jinja/values.ts";
import { isReservedName } from "../sql/refusals.ts";
import { adapterValue, dispatchFunction, knownRelation, type WarehouseView } from "./adapter-value.ts";
import { capturingConfig } from "./config-value.ts";
import { mergeSettings, nodeConfig, refuseConfig } from "./node-config.ts";
import { describeNode, type NodeHost, renderNode } from "./node-globals.ts";
import type { ProjectNode, RefArguments, RelationName } from "./nodes.ts";
import { problemAt, problemOf } from "./problems.ts";
import { projectGlobals } from "./project-globals.ts";
import { sqlNameOf } from "./relation-value.ts";
import type { Fields } from "./yaml-fields.ts";

/** What a node's template refers to, with the line of the call. */
export interface Reference extends RefArguments {
  line: number;
}

/** What was seen while the template of a node was rendered for the first time. */
export interface Captured {
  refs: Reference[];
  sources: { source: string; table: string; line: number }[];
}

/** What all nodes of a project are rendered with. */
export type ParseContext = Pick<NodeHost, "library" | "dispatch"> & {
  scopeOf(packageName: string): NodeHost["scope"];
};

/**
 * Renders a node's template without a warehouse, as dbt does, to see what it refers to and how it is configured;
 * `layers` are the settings from outside, the weakest first. What is wrong becomes the node's `error`.
 */
export function parseNode(context: ParseContext, node: ProjectNode, layers: readonly Fields[]): Captured {
  const captured: Captured = { refs: [], sources: [] };
  const own: Fields[] = [];
  try {
    renderNode(captureHost(context, node, captured, own));
  } catch (error) {
    node.error ??= placeInNode(problemOf(error, node.original_file_path), node);
  }
  configureNode(node, [...layers, ...own]);
  try {
    node.relation = relationOfNode(context, node);
    const reason = refuseConfig(node.resource_type, node.config);
    if (reason !== null) throw problemAt(node.original_file_path, undefined, reason);
  } catch (error) {
    node.error ??= problemOf(error, node.original_file_path);
  }
  return captured;
}

function configureNode(node: ProjectNode, layers: readonly Fields[]): void {
  const settings = mergeSettings(layers);
  node.config = nodeConfig(node.resource_type, settings);
  node.unrendered_config = settings;
  node.tags = node.config.tags;
  node.meta = node.config.meta;
}

/** The template of a node may begin further down in its file. */
function placeInNode<Place extends { path: string; line?: number }>(problem: Place, node: ProjectNode): Place {
  if (problem.path !== node.original_file_path || node.resource_type === "source") return problem;
  return { ...problem, line: (problem.line ?? 1) + node.raw_line - 1 };
}

/** A warehouse of which nothing may be asked. */
const NO_WAREHOUSE: Omit<WarehouseView, "database"> = {
  existing: () => null,
  relations: () => [],
  answer: () => ({ columns: [], rows: [] }),
  execute: false,
};

function captureHost(context: ParseContext, node: ProjectNode, captured: Captured, own: Fields[]): NodeHost {
  const scope = context.scopeOf(node.package_name);
  const warehouse = { ...NO_WAREHOUSE, database: scope.options.target.database };
  const placeholder = () => knownRelation(warehouse, node.relation);
  return {
    scope,
    library: context.library,
    dispatch: context.dispatch,
    node,
    warehouse,
    nodes: new Map(),
    selected: [],
    config: capturingConfig(own),
    ref(reference, line) {
      captured.refs.push({ ...reference, line });
      return placeholder();
    },
    source(source, table, line) {
      captured.sources.push({ source, table, line });
      return placeholder();
    },
  };
}

/** The name that a node has in the warehouse, by the macros that a project may replace. */
function relationOfNode(context: ParseContext, node: ProjectNode): RelationName {
  const { target } = context.scopeOf(node.package_name).options;
  if (node.resource_type === "source") return node.relation;
  const { schema, alias, database } = node.config;
  if (database !== null && database !== target.database) {
    throw problemAt(node.original_file_path, undefined, `there is no database '${database}', only ${target.database}`);
  }
  const relation = {
    database: target.database,
    schema: nameByMacro(context, node, "generate_schema_name", schema),
    identifier: nameByMacro(context, node, "generate_alias_name", alias),
  };
  const sqlName = sqlNameOf(relation);
  if (isReservedName(sqlName.toLowerCase())) {
    throw problemAt(node.original_file_path, undefined, `the name '${sqlName}' is reserved`);
  }
  return relation;
}

function nameByMacro(context: ParseContext, node: ProjectNode, macro: string, custom: string | null): string {
  const { library, dispatch } = context;
  const scope = context.scopeOf(library.root);
  const warehouse = { ...NO_WAREHOUSE, database: scope.options.target.database };
  const globals = new Map<string, Value>([
    ...projectGlobals(scope),
    ["execute", false],
    ["adapter", adapterValue(warehouse, dispatchFunction(library, dispatch))],
  ]);
  return textOf(callMacro(macro, positionalArguments(custom, describeNode(node)), { globals, macros: library })).trim();
}
