import { required, textArgument } from "../jinja/arguments.ts";
import { objectOf } from "../jinja/dbt-functions.ts";
import type { MacroLibrary } from "../jinja/macro-library.ts";
import { templateFault } from "../jinja/template-errors.ts";
import { textOf } from "../jinja/text.ts";
import { type Callable, functionValue, type HostObject, isKind, listOf, tupleOf, type Value } from "../jinja/values.ts";
import { columnFactory, columnValue } from "./column-value.ts";
import type { Answer, ExistingRelation, RelationName } from "./nodes.ts";
import { native } from "./project-globals.ts";
import { COMMON_TABLE_PREFIX, quoteName, relationOf, type RelationType, relationValue } from "./relation-value.ts";
import { tableValue } from "./table-value.ts";

/** The warehouse as templates may ask it. */
export interface WarehouseView {
  existing(relation: RelationName): ExistingRelation | null;
  relations(): RelationName[];
  /** The rows of a query. Throws `NeedsQuery` while they are not there. */
  answer(sql: string): Answer;
  /** Whether templates may ask at all: not while a project is read. */
  execute: boolean;
  database: string;
}

/** The relation of a name with the type that the warehouse knows. */
export const knownRelation = (warehouse: WarehouseView, name: RelationName): HostObject =>
  relationValue(name, (): RelationType => warehouse.existing(name)?.type ?? null);

/** dbt's `adapter`: what macros ask of the warehouse. Nothing of it changes the warehouse. */
export function adapterValue(warehouse: WarehouseView, dispatch: Callable): Value {
  const columnsOf = (relation: Value | undefined) =>
    warehouse.existing(nameOfRelation(relation, "get_columns_in_relation"))?.columns ?? [];
  const find = (schema: Value | undefined, identifier: Value | undefined): Value => {
    const name = { database: warehouse.database, schema: textOf(schema ?? ""), identifier: textOf(identifier ?? "") };
    return warehouse.existing(name) ? knownRelation(warehouse, name) : null;
  };
  const list = (schema: Value | undefined): Value => {
    const wanted = schema === undefined ? undefined : (relationOf(schema)?.schema ?? textOf(schema));
    const found = warehouse.relations().filter((name) => wanted === undefined || name.schema === wanted);
    return listOf(found.map((name) => knownRelation(warehouse, name)));
  };
  return objectOf("adapter", [
    ["dispatch", dispatch],
    ["type", functionValue("type", () => "sqlite")],
    ["quote", native("quote", ["identifier"], (name) => quoteName(textArgument(name, "identifier")))],
    [
      "quote_as_configured",
      native("quote_as_configured", ["identifier", "quote_key"], (name) => quoteName(textArgument(name, "identifier"))),
    ],
    [
      "get_relation",
      native("get_relation", ["database", "schema", "identifier"], (_database, schema, identifier) =>
        find(schema, identifier),
      ),
    ],
    [
      "load_relation",
      native("load_relation", ["relation"], (relation) => {
        const name = nameOfRelation(relation, "load_relation");
        return find(name.schema, name.identifier);
      }),
    ],
    [
      "already_exists",
      native("already_exists", ["schema", "identifier"], (schema, identifier) => find(schema, identifier) !== null),
    ],
    [
      "check_schema_exists",
      native("check_schema_exists", ["database", "schema"], (_database, schema) =>
        warehouse.relations().some((name) => name.schema === textOf(schema ?? "")),
      ),
    ],
    [
      "get_columns_in_relation",
      native("get_columns_in_relation", ["relation"], (relation) => listOf(columnsOf(relation).map(columnValue))),
    ],
    [
      "get_missing_columns",
      native("get_missing_columns", ["from_relation", "to_relation"], (from, to) => {
        const known = new Set(columnsOf(to).map(({ name }) => name.toLowerCase()));
        return listOf(
          columnsOf(from)
            .filter(({ name }) => !known.has(name.toLowerCase()))
            .map(columnValue),
        );
      }),
    ],
    ["list_relations", native("list_relations", ["schema"], list)],
    ["list_relations_without_caching", native("list_relations_without_caching", ["schema_relation"], list)],
    ["execute", native("execute", ["sql", "auto_begin", "fetch", "limit"], (sql) => executeQuery(warehouse, sql))],
  ]);
}

/** dbt's `api`: makes relations and columns that need not exist. */
export function apiValue(warehouse: WarehouseView): Value {
  const create = native(
    "create",
    ["database", "schema", "identifier", "type"],
    (_database, schema, identifier, type) => {
      const name = { database: warehouse.database, schema: textOf(schema ?? ""), identifier: textOf(identifier ?? "") };
      const given = type === "table" || type === "view" ? type : null;
      return given === null ? knownRelation(warehouse, name) : relationValue(name, () => given);
    },
  );
  const prefix = native("add_ephemeral_prefix", ["name"], (name = "") => COMMON_TABLE_PREFIX + textOf(name));
  const relation: HostObject = objectOf("Relation", [
    ["create", create],
    ["add_ephemeral_prefix", prefix],
    ["View", "view"],
    ["Table", "table"],
  ]);
  return objectOf("api", [
    ["Relation", relation],
    ["Column", columnFactory()],
  ]);
}

function executeQuery(warehouse: WarehouseView, sql: Value | undefined): Value {
  if (!warehouse.execute) return tupleOf(["", tableValue({ columns: [], rows: [] })]);
  return tupleOf(["OK", tableValue(warehouse.answer(textArgument(sql, "sql")))]);
}

function nameOfRelation(relation: Value | undefined, name: string): RelationName {
  const found = relationOf(required(relation, "relation", name));
  if (!found) throw templateFault(`${name}() needs a relation, such as ref() gives`);
  return found;
}

/** `adapter.dispatch(name, namespace)`: the macro that implements another here, as `sqlite__name` or `default__name`. */
export function dispatchFunction(library: MacroLibrary, orders: ReadonlyMap<string, string[]>): Callable {
  return functionValue("dispatch", ({ positional, named }, site) => {
    const name = textArgument(positional[0] ?? named.get("macro_name"), "macro_name");
    const given = positional[1] ?? named.get("macro_namespace") ?? null;
    const namespace = given === null ? library.root : textArgument(given, "macro_namespace");
    for (const [packageName, prefix] of searchOrder(library, orders, namespace)) {
      const macro = library.packages.get(packageName)?.get(`${prefix}__${name}`);
      const owner = macro && site.lookup(packageName);
      const found = macro && owner && isKind(owner, "object") ? owner.attribute(macro.node.name) : undefined;
      if (found) return found;
    }
    throw templateFault(`There is no macro 'sqlite__${name}' or 'default__${name}' for '${namespace}'`);
  });
}

/** The project's own macros go first; ours for SQLite go before another package's default. */
function searchOrder(library: MacroLibrary, orders: ReadonlyMap<string, string[]>, namespace: string) {
  const packages = orders.get(namespace) ?? [library.root, namespace];
  const before = packages.flatMap((name): [string, string][] => [
    [name, "sqlite"],
    ...(name === namespace ? [[library.internal, "sqlite"] satisfies [string, string]] : []),
    [name, "default"],
  ]);
  return [...before, [library.internal, "sqlite"], [library.internal, "default"]] as const;
}
