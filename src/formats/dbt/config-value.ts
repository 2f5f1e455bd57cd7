import { textArgument } from "../jinja/arguments.ts";
import { objectOf } from "../jinja/dbt-functions.ts";
import { pairsOf } from "../jinja/dict-methods.ts";
import { fromValue, toValue } from "../jinja/json-text.ts";
import { templateFault } from "../jinja/template-errors.ts";
import { textOf } from "../jinja/text.ts";
import { type Arguments, functionValue, type HostObject, type Value } from "../jinja/values.ts";
import { native } from "./project-globals.ts";
import type { Fields } from "./yaml-fields.ts";

const nothing = functionValue("persist_relation_docs", () => false);

/** `config(...)` keeps what it is given and prints nothing. */
export function capturingConfig(own: Fields[]): HostObject {
  const call = ({ positional, named }: Arguments): Value => {
    const pairs = [...positional.flatMap(pairsOf), ...named];
    own.push(Object.fromEntries(pairs.map(([key, value]) => [textOf(key), fromValue(value)])));
    return "";
  };
  const get = native("get", ["name", "default", "validator"], (name, fallback = null) => {
    const key = textArgument(name, "name");
    return own.some((layer) => Object.hasOwn(layer, key)) ? "" : fallback;
  });
  const require = native("require", ["name", "validator"], () => "");
  const attributes = [
    ["get", get],
    ["require", require],
    ["meta_get", get],
    ["persist_relation_docs", nothing],
  ] as const;
  return { ...objectOf("config", attributes), call };
}

/** The settings of a node as its templates read them once they are known. */
export function configValue(config: Fields): HostObject {
  const read = (name: string) => (Object.hasOwn(config, name) ? toValue(config[name]) : undefined);
  const get = native("get", ["name", "default", "validator"], (name, fallback = null) =>
    orDefault(read(textArgument(name, "name")), fallback),
  );
  const require = native("require", ["name", "validator"], (name) => {
    const key = textArgument(name, "name");
    const found = read(key);
    if (found === undefined || found === null) throw templateFault(`The setting '${key}' is required`);
    return found;
  });
  const attributes = [
    ["get", get],
    ["require", require],
    ["persist_relation_docs", nothing],
  ] as const;
  const known = objectOf("config", attributes);
  return {
    ...known,
    call: () => "",
    attribute: (name) => known.attribute(name) ?? read(name),
    item: (key) => (typeof key === "string" ? read(key) : undefined),
  };
}

const orDefault = (found: Value | undefined, fallback: Value): Value => (found === undefined ? fallback : found);
