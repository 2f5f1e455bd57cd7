import { genericTestCode } from "./node-globals.ts";
import type { ProjectNode, TestNode } from "./nodes.ts";
import { md5 } from "./project-globals.ts";
import type { PropertyRenderer, TestEntry } from "./properties.ts";
import { type Fields, fieldProblem, fieldsOf, isFields, type Place } from "./yaml-fields.ts";

/** Settings that may stand among the arguments of a test, as they did before `config`. */
const SETTINGS = ["severity", "tags", "enabled", "where", "limit", "warn_if", "error_if", "fail_calc"].concat([
  "store_failures",
  "store_failures_as",
  "meta",
  "database",
  "schema",
  "alias",
]);

/** dbt's longest name of a test; longer ones end in a hash. */
const LONGEST_NAME = 63;

/** A generic test of a YAML file. */
export interface GenericTest {
  name: string;
  alias: string | null;
  macro: string;
  namespace: string | null;
  test: string;
  kwargs: Fields;
  config: Fields;
  description: string;
}

/**
 * Reads a test of the YAML entry of `node`, named as dbt names it: by the test, the node and its arguments. Throws a
 * problem for what is no test.
 */
export function readGenericTest(node: ProjectNode, entry: TestEntry, renderer: PropertyRenderer): GenericTest {
  const { place, column } = entry;
  const [written, given] = nameAndArguments(entry);
  const [, namespace = null, test = ""] = /^(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)$/.exec(written) ?? [];
  if (test === "") throw fieldProblem(place, `'${written}' is not the name of a test`);
  const { config: inner, arguments: nested, name: ownName, description, ...others } = given;
  const args: Fields = { ...others, ...(isFields(nested) ? nested : {}) };
  if (Object.hasOwn(args, "model")) throw fieldProblem(place, `The test '${test}' is given its model; remove 'model'`);
  if (column !== null) args.column_name = column;
  const config = fieldsOf(inner, place, "config");
  const outer = Object.fromEntries(SETTINGS.filter((key) => Object.hasOwn(args, key)).map((key) => [key, args[key]]));
  for (const key of SETTINGS) delete args[key];
  const names = nameTest(node, namespace, test, args);
  const name = typeof ownName === "string" ? ownName : names.full;
  return {
    name,
    alias: typeof ownName === "string" || names.short === names.full ? null : names.short,
    macro: `${namespace === null ? "" : `${namespace}.`}test_${test}`,
    namespace,
    test,
    kwargs: { ...args, model: modelText(node) },
    config: renderConfig({ ...outer, ...config }, renderer, place),
    description: renderer.description(description),
  };
}

/** A condition is a template of its own, for when the test runs. */
function renderConfig(config: Fields, renderer: PropertyRenderer, place: Place): Fields {
  return fieldsOf(renderer.setting(config), place, "config");
}

function nameAndArguments({ value, place }: TestEntry): [string, Fields] {
  if (typeof value === "string") return [value, {}];
  if (!isFields(value)) throw fieldProblem(place, "A test is a name, or a name with its arguments");
  if (typeof value.test_name === "string") {
    const { test_name: name, ...given } = value;
    return [name, given];
  }
  const entries = Object.entries(value);
  const [first] = entries;
  if (first === undefined || entries.length !== 1) {
    throw fieldProblem(place, `A test has one name, not ${entries.length}: indent its arguments`);
  }
  return [first[0], fieldsOf(first[1], place, `The arguments of '${first[0]}'`)];
}

const modelText = (node: ProjectNode) =>
  node.resource_type === "source"
    ? `{{ get_where_subquery(source('${node.source_name}', '${node.name}')) }}`
    : `{{ get_where_subquery(ref('${node.name}')) }}`;

function nameTest(node: ProjectNode, namespace: string | null, test: string, args: Fields) {
  const kind = node.resource_type === "source" ? `source_${test}` : test;
  const target = node.resource_type === "source" ? `${node.source_name}_${node.name}` : node.name;
  const identifier = `${namespace === null ? "" : `${namespace}_`}${kind}_${target}`;
  const parts = Object.keys(args)
    .sort()
    .flatMap((key) => partsOf(args[key]))
    .map((part) => part.replace(/[^0-9a-zA-Z_]+/g, "_"));
  const full = `${identifier}_${parts.join("__")}`;
  const short = full.length <= LONGEST_NAME ? full : `${identifier.slice(0, 30)}_${md5(full)}`;
  return { full, short };
}

function partsOf(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : isFields(value) ? Object.values(value) : [value];
  return values.map((part) => (typeof part === "object" ? JSON.stringify(part) : pythonText(part)));
}

const pythonText = (value: unknown) => {
  if (value === true) return "True";
  return value === false ? "False" : String(value);
};

/** Unique id of a generic test: its name may be that of another one with other arguments. */
export function genericTestId(packageName: string, { name, test, namespace, kwargs, config }: GenericTest): string {
  const hash = md5(JSON.stringify([test, namespace, kwargs, config])).slice(-10);
  return `test.${packageName}.${name}.${hash}`;
}

/** The fields of a test's node that come from its YAML entry. */
export const genericTestFields = (
  read: GenericTest,
  entry: TestEntry,
  node: ProjectNode,
): Pick<
  TestNode,
  "raw_code" | "raw_line" | "test_metadata" | "column_name" | "attached_node" | "description" | "file_key_name"
> => ({
  raw_code: genericTestCode(read.macro),
  raw_line: entry.place.file.lineOf(entry.place.keys),
  test_metadata: { name: read.test, namespace: read.namespace, kwargs: read.kwargs },
  column_name: entry.column,
  attached_node: node.unique_id,
  description: read.description,
  file_key_name: `${node.resource_type}s.${node.name}`,
});
