/// <reference types="vite/types/importMeta.d.ts" />
import { bindArguments } from "../../../src/formats/jinja/arguments.ts";
import { dbtFunctions, objectOf } from "../../../src/formats/jinja/dbt-functions.ts";
import { toValue } from "../../../src/formats/jinja/json-text.ts";
import { findMacro, loadMacros } from "../../../src/formats/jinja/macro-library.ts";
import type { Queries } from "../../../src/formats/jinja/queries.ts";
import { textOf } from "../../../src/formats/jinja/text.ts";
import {
  type Callable,
  functionValue,
  type HostObject,
  isKind,
  listOf,
  type Value,
} from "../../../src/formats/jinja/values.ts";
import rendered from "../../fixtures/jinja/rendered.json";

const files = import.meta.glob<string>("../../fixtures/jinja/{dbt,dbt_utils}/**/*.sql", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The macros of dbt_utils, and the few of `dbt` that they call. */
export const library = loadMacros(
  Object.entries(files).map(([path, source]) => {
    const [, inside = path] = path.split("/fixtures/jinja/");
    return { package: inside.slice(0, inside.indexOf("/")), path: inside, source };
  }),
  "shop",
);

const tables: Record<string, string[][]> = rendered.tables;
const nothing = (name: string) => functionValue(name, () => "");

const native = (name: string, parameters: string[], call: (...given: (Value | undefined)[]) => Value) =>
  functionValue(name, (given) => call(...bindArguments(name, given, parameters)));

function columnValue([name = "", dataType = ""]: string[]): HostObject {
  return objectOf("Column", [
    ["name", name],
    ["column", name],
    ["data_type", dataType],
    ["quoted", `"${name}"`],
    ["is_string", native("is_string", [], () => dataType === "text")],
    ["string_size", native("string_size", [], () => 256n)],
  ]);
}

/** A table as dbt gives it: an object that is a mapping, too. */
function relationValue(name: string): HostObject {
  const text = `"dev"."${name}"`;
  const metadata = toValue({ type: "TestRelation" });
  const names = new Map<string, Value>([
    ["name", name],
    ["identifier", name],
    ["is_cte", false],
    ["metadata", metadata],
    ["render", native("render", [], () => text)],
    ["get", native("get", ["key", "default"], (key, fallback = null) => (key === "metadata" ? metadata : fallback))],
  ]);
  return {
    kind: "object",
    name: "Relation",
    key: name,
    mapping: true,
    text: () => text,
    attribute: (key) => names.get(key),
  };
}

const dispatch: Callable = functionValue("dispatch", ({ positional: [name, owner] }, site) => {
  const packageName = textOf(owner ?? "");
  for (const prefix of ["sqlite", "default"]) {
    const macro = findMacro(library, packageName, `${prefix}__${textOf(name ?? "")}`);
    const namespace = macro && site.lookup(packageName);
    const found = namespace && isKind(namespace, "object") ? namespace.attribute(macro.node.name) : undefined;
    if (found) return found;
  }
  throw new Error(`No macro ${textOf(name ?? "")}`);
});

/** What dbt's functions give in the project of the fixtures; queries are answered by `queries`. */
export function projectGlobals(queries: Queries<Value>): Map<string, Value> {
  const results = new Map<string, Value>();
  const relation = native("ref", ["name"], (name = "") => relationValue(textOf(name)));
  const columns = native("get_columns_in_relation", ["relation"], (of = null) => {
    const name = isKind(of, "object") ? textOf(of.attribute("name") ?? "") : "";
    return listOf((tables[name] ?? []).map(columnValue));
  });
  const adapter = objectOf("adapter", [
    ["dispatch", dispatch],
    ["quote", native("quote", ["name"], (name = "") => `"${textOf(name)}"`)],
    ["get_columns_in_relation", columns],
  ]);
  const store = (name: Value = "", result: Value = null) => {
    results.set(textOf(name), result);
    return null;
  };
  const setting = native("get", ["name", "default"], (_name, fallback = null) => fallback);
  const config: HostObject = {
    ...objectOf("config", [["get", setting]]),
    call: () => "",
  };
  return new Map<string, Value>([
    ...dbtFunctions(),
    ["adapter", adapter],
    ["config", config],
    ["execute", true],
    ["flags", objectOf("flags", [["WHICH", "run"]])],
    ["ref", relation],
    ["var", native("var", ["name", "default"], (_name, fallback = null) => fallback)],
    ["fetch", native("fetch", ["sql"], (sql = "") => queries.answer(textOf(sql)))],
    ["store_result", native("store_result", ["name", "result"], store)],
    ["load_result", native("load_result", ["name"], (name = "") => results.get(textOf(name)) ?? null)],
    ["log", nothing("log")],
  ]);
}
