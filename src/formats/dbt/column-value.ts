import { objectOf } from "../jinja/dbt-functions.ts";
import { textOf } from "../jinja/text.ts";
import { bindArguments } from "../jinja/arguments.ts";
import { functionValue, type HostObject, type Value } from "../jinja/values.ts";
import type { ExistingColumn } from "./nodes.ts";
import { quoteName } from "./relation-value.ts";

/** SQL's name of a type by the word that the warehouse keeps for a column. */
const TYPES: Record<string, string> = {
  integer: "bigint",
  decimal: "numeric(28, 6)",
  real: "double",
  text: "text",
  date: "date",
  timestamp: "timestamp",
  boolean: "boolean",
};

/** What `api.Column.translate_type` makes of dbt's names of types. */
export const translateType = (name: string): string =>
  new Map([
    ["string", "text"],
    ["float", "double"],
    ["integer", "int"],
  ]).get(name.toLowerCase()) ?? name;

/** dbt's Column. */
export function columnValue({ name, type }: ExistingColumn): HostObject {
  const dataType = Object.hasOwn(TYPES, type) ? (TYPES[type] ?? type) : type;
  const answer = (key: string, value: Value): [string, Value] => [key, functionValue(key, () => value)];
  const isText = type === "text" || type === "unknown";
  const object = objectOf("Column", [
    ["name", name],
    ["column", name],
    ["quoted", quoteName(name)],
    ["dtype", dataType],
    ["data_type", dataType],
    answer("is_string", isText),
    answer("is_number", ["integer", "decimal", "real"].includes(type)),
    answer("is_integer", type === "integer"),
    answer("is_float", type === "real"),
    answer("is_numeric", type === "decimal"),
    answer("string_size", 65535n),
  ]);
  return { ...object, key: `${name}:${type}`, text: () => `<Column ${name} (${dataType})>` };
}

/** `api.Column`: makes columns and translates names of types. */
export function columnFactory(): HostObject {
  const make = functionValue("Column", (given) => {
    const [name = "", type = ""] = bindArguments("Column", given, ["column", "dtype", "char_size"]);
    return columnValue({ name: textOf(name), type: textOf(type) });
  });
  const translate = functionValue("translate_type", (given) =>
    translateType(textOf(bindArguments("translate_type", given, ["dtype"])[0] ?? "")),
  );
  const numeric = functionValue("numeric_type", (given) => {
    const [name = "", precision, scale] = bindArguments("numeric_type", given, ["dtype", "precision", "scale"]);
    return precision === undefined || scale === undefined
      ? textOf(name)
      : `${textOf(name)}(${textOf(precision)}, ${textOf(scale)})`;
  });
  const attributes = [
    ["create", make],
    ["translate_type", translate],
    ["numeric_type", numeric],
    ["string_type", functionValue("string_type", () => "text")],
  ] as const;
  return { ...objectOf("Column", attributes), call: make.call };
}
