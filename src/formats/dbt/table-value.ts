import { bindArguments } from "../jinja/arguments.ts";
import { numberOf } from "../jinja/equality.ts";
import { dictOf } from "../jinja/collections.ts";
import { functionValue, type HostObject, isKind, listOf, tupleOf, type Value } from "../jinja/values.ts";
import type { Answer, Scalar } from "./nodes.ts";

/** The answer to a query as dbt gives it: agate's Table, whose rows and columns are found by number and by name. */
export function tableValue({ columns, rows }: Answer): HostObject {
  const values = rows.map((row) => row.map(valueOfScalar));
  const ofRows = sequenceValue(
    "Rows",
    values.map((row) => sequenceValue("Row", row, columns)),
  );
  const ofColumns = sequenceValue(
    "Columns",
    columns.map((name, place) =>
      sequenceValue(
        "Column",
        values.map((row) => row[place] ?? null),
        [],
        name,
      ),
    ),
    columns,
  );
  const names = tupleOf(columns);
  const attributes = new Map<string, Value>([
    ["columns", ofColumns],
    ["rows", ofRows],
    ["column_names", names],
    ["print_table", functionValue("print_table", () => null)],
  ]);
  const table: HostObject = {
    ...ofRows,
    name: "Table",
    text: () => `<Table of ${columns.join(", ")}>`,
    attribute: (name) => attributes.get(name),
  };
  tuples.set(
    table,
    values.map((row) => tupleOf(row)),
  );
  return table;
}

/** The rows of a table as `load_result(...).data` has them: tuples. */
export const rowsOfTable = (table: Value | undefined): Value =>
  listOf(table !== undefined && isKind(table, "object") ? (tuples.get(table) ?? []) : []);

const tuples = new WeakMap<HostObject, Value[]>();

function valueOfScalar(value: Scalar): Value {
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** agate's MappedSequence: elements by number or by key, and the methods of a dictionary. */
function sequenceValue(kind: string, items: Value[], keys: readonly string[] = [], title?: string): HostObject {
  const byKey = (key: string) => items[keys.indexOf(key)];
  const item = (key: Value): Value | undefined => {
    if (typeof key === "string") return byKey(key);
    const place = numberOf(key);
    return typeof place === "bigint" ? items.at(Number(place)) : undefined;
  };
  const pairs = () => keys.map((key, place) => [key, items[place] ?? null] as const);
  const methods = new Map<string, Value>([
    ["values", functionValue("values", () => tupleOf(items))],
    ["keys", functionValue("keys", () => tupleOf(keys))],
    ["items", functionValue("items", () => tupleOf(pairs().map((pair) => tupleOf(pair))))],
    ["dict", functionValue("dict", () => dictOf(pairs()))],
    [
      "get",
      functionValue("get", (given) => {
        const [key = null, fallback = null] = bindArguments("get", given, ["key", "default"]);
        return item(key) ?? fallback;
      }),
    ],
  ]);
  if (title !== undefined) methods.set("name", title);
  return {
    kind: "object",
    name: kind,
    text: () => `<agate.${kind}>`,
    attribute: (name) => methods.get(name) ?? byKey(name),
    item,
    iterate: () => items,
    length: () => items.length,
  };
}
