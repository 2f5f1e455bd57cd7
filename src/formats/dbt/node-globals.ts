import { bindArguments, required, textArgument } from "../jinja/arguments.ts";
import { dictOf } from "../jinja/collections.ts";
import { objectOf } from "../jinja/dbt-functions.ts";
import { toValue } from "../jinja/json-text.ts";
import type { MacroLibrary } from "../jinja/macro-library.ts";
import { parseTemplate } from "../jinja/parser.ts";
import { renderTemplate, renderValue } from "../jinja/render.ts";
import { templateFault } from "../jinja/template-errors.ts";
import { textOf } from "../jinja/text.ts";
import { type Arguments, type Callable, functionValue, listOf, type Value } from "../jinja/values.ts";
import { adapterValue, apiValue, dispatchFunction, knownRelation, type WarehouseView } from "./adapter-value.ts";
import type { ProjectNode, RefArguments } from "./nodes.ts";
import { native, projectGlobals, type ProjectScope } from "./project-globals.ts";
import { rowsOfTable } from "./table-value.ts";

/** What the templates of one node see, beside what all templates see. */
export interface NodeHost {
  scope: ProjectScope;
  library: MacroLibrary;
  /** `dispatch` of `dbt_project.yml`. */
  dispatch: ReadonlyMap<string, string[]>;
  node: ProjectNode;
  warehouse: WarehouseView;
  ref(reference: RefArguments, line: number): Value;
  source(source: string, table: string, line: number): Value;
  config: Value;
  /** All nodes by unique id, for `graph`. */
  nodes: ReadonlyMap<string, ProjectNode>;
  selected: readonly string[];
}

const TEST_ARGUMENTS = "_dbt_generic_test_kwargs";

/** The template of a generic test: its macro with the arguments of its YAML entry. */
export const genericTestCode = (macro: string) => `{{ ${macro}(**${TEST_ARGUMENTS}) }}`;

/** Renders the template of a node. Throws as `renderTemplate` does. */
export function renderNode(host: NodeHost): string {
  const { node, library } = host;
  if (node.resource_type === "source") return "";
  const options = { globals: nodeGlobals(host), macros: library, package: node.package_name };
  if (node.resource_type === "test" && node.test_metadata) {
    const given = renderTestArguments(node.test_metadata.kwargs, options, node.original_file_path);
    options.globals.set(TEST_ARGUMENTS, given);
  }
  return renderTemplate(parseTemplate(node.raw_code, node.original_file_path), options);
}

/** A call that an argument of a test may be without brackets. */
const CALL = /^\s*(?:env_var|ref|var|source|doc)\s*\([^]+\)\s*$/;

function renderTestArguments(
  kwargs: Record<string, unknown>,
  options: { globals: Map<string, Value>; macros: MacroLibrary; package: string },
  path: string,
): Value {
  const render = (value: unknown, isColumn: boolean): Value => {
    if (Array.isArray(value)) return listOf(value.map((item) => render(item, false)));
    if (typeof value !== "string") return toValue(value);
    const source = CALL.test(value) ? `{{ ${value} }}` : value;
    if (!/\{[{%#]/.test(source)) return value;
    const template = parseTemplate(source, path);
    return isColumn ? renderTemplate(template, options) : renderValue(template, options);
  };
  return dictOf(Object.entries(kwargs).map(([key, value]) => [key, render(value, key === "column_name")] as const));
}

/** The names that the template of a node sees. */
function nodeGlobals(host: NodeHost): Map<string, Value> {
  const { warehouse, node } = host;
  const ref = refFunction(host);
  const source = sourceFunction(host);
  const results = new Map<string, Value>();
  return new Map<string, Value>([
    ...projectGlobals(host.scope),
    ["adapter", adapterValue(warehouse, dispatchFunction(host.library, host.dispatch))],
    ["api", apiValue(warehouse)],
    ["execute", warehouse.execute],
    ["ref", ref],
    ["source", source],
    ["config", host.config],
    ["builtins", toBuiltins({ ref, source, config: host.config })],
    ["this", knownRelation(warehouse, node.relation)],
    ["model", describeNode(node)],
    ["graph", graphValue(host.nodes)],
    ["selected_resources", listOf([...host.selected])],
    [
      "store_result",
      native("store_result", ["name", "response", "agate_table"], (name, response, table) => {
        results.set(textArgument(name, "name"), resultValue(response, table));
        return "";
      }),
    ],
    ["load_result", native("load_result", ["name"], (name) => results.get(textArgument(name, "name")) ?? null)],
    ["write", native("write", ["payload"], () => "")],
  ]);
}

const toBuiltins = (functions: Record<string, Value>): Value => objectOf("builtins", Object.entries(functions));

function resultValue(response: Value | undefined, table: Value | undefined): Value {
  return objectOf("Result", [
    ["response", response ?? null],
    ["table", table ?? null],
    ["data", rowsOfTable(table)],
  ]);
}

function refFunction(host: NodeHost): Callable {
  return functionValue("ref", ({ positional, named }, site) => {
    const names = positional.map((name) => textArgument(name, "ref"));
    const [name] = names.slice(-1);
    if (name === undefined || names.length > 2) throw templateFault("ref() takes a name, or a package and a name");
    const version = named.get("version") ?? named.get("v") ?? null;
    const reference = {
      name,
      package: names.length === 2 ? (names[0] ?? null) : null,
      version: version === null ? null : textOf(version),
    };
    return host.ref(reference, site.line);
  });
}

function sourceFunction(host: NodeHost): Callable {
  return functionValue("source", (given: Arguments, site) => {
    const [source, table] = bindArguments("source", given, ["source_name", "table_name"]);
    const [first, second] = [required(source, "source_name", "source"), required(table, "table_name", "source")];
    return host.source(textArgument(first, "source_name"), textArgument(second, "table_name"), site.line);
  });
}

/** A node as templates see it in `model` and `graph`. */
export function describeNode(node: ProjectNode): Value {
  const { relation, error: _error, unrendered_config: _given, ...shown } = node;
  const { schema, identifier, database } = relation;
  return toValue({ ...shown, schema, database, alias: identifier, identifier });
}

function graphValue(nodes: ReadonlyMap<string, ProjectNode>): Value {
  const attributes: Record<string, () => Value> = {
    nodes: () => dictOfNodes(nodes, (node) => node.resource_type !== "source"),
    sources: () => dictOfNodes(nodes, (node) => node.resource_type === "source"),
    exposures: () => toValue({}),
    metrics: () => toValue({}),
  };
  const attribute = (name: string) => (Object.hasOwn(attributes, name) ? attributes[name]?.() : undefined);
  return { kind: "object", name: "graph", text: () => "<graph>", attribute, item: (key) => attribute(textOf(key)) };
}

const dictOfNodes = (nodes: ReadonlyMap<string, ProjectNode>, keep: (node: ProjectNode) => boolean): Value =>
  dictOf([...nodes.values()].filter(keep).map((node) => [node.unique_id, describeNode(node)] as const));
