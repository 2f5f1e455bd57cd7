import { bindArguments, required, textArgument } from "./arguments.ts";
import { dictOf, isIterable, itemsOf, rangeOf, setEntry, setOf } from "./collections.ts";
import { pairsOf } from "./dict-methods.ts";
import { isTrue, numberOf } from "./equality.ts";
import { jsonOf, valueOfJson } from "./json-text.ts";
import { MacroReturn } from "./macros.ts";
import { regularExpressions } from "./regular-expressions.ts";
import { templateFault } from "./template-errors.ts";
import { textOf } from "./text.ts";
import {
  type Arguments,
  type Callable,
  functionValue,
  type HostObject,
  listOf,
  tupleOf,
  type Value,
} from "./values.ts";

/**
 * The functions of Jinja and dbt that need nothing but their arguments. What reads a project or a database (`ref`,
 * `var`, `run_query`, `adapter`…) comes from the program around.
 */
export function dbtFunctions(): Map<string, Value> {
  const functions = Array.from(FUNCTIONS, ([name, call]): [string, Value] => [name, functionValue(name, call)]);
  return new Map<string, Value>([
    ...functions,
    ["exceptions", objectOf("exceptions", [["raise_compiler_error", functionValue("raise_compiler_error", raise)]])],
    ["modules", objectOf("modules", [["re", objectOf("re", regularExpressions())]])],
  ]);
}

/** An object with these attributes and nothing else. */
export function objectOf(name: string, attributes: Iterable<readonly [string, Value]>): HostObject {
  const known = new Map(attributes);
  return {
    kind: "object",
    name,
    text: () => `<${name}>`,
    attribute: (attribute) => known.get(attribute),
    item: (key) => (typeof key === "string" ? known.get(key) : undefined),
  };
}

const FUNCTIONS = new Map<string, Callable["call"]>([
  [
    "return",
    (given) => {
      throw new MacroReturn(required(bindArguments("return", given, ["data"])[0], "data", "return"));
    },
  ],
  ["range", rangeFunction],
  ["dict", dictFunction],
  ["namespace", (given) => ({ kind: "namespace", attributes: attributesOf(given) })],
  ["joiner", joinerFunction],
  ["cycler", ({ positional }) => cyclerValue(positional)],
  ["zip", (given) => zipFunction(given) ?? null],
  [
    "zip_strict",
    (given) => {
      const zipped = zipFunction(given);
      if (zipped === null) throw templateFault("zip_strict() needs values that can be looped over");
      return zipped;
    },
  ],
  ["set", (given) => setFunction("set", given)],
  ["set_strict", (given) => setFunction("set_strict", given)],
  ["tojson", toJsonFunction],
  ["fromjson", fromJsonFunction],
]);

function rangeFunction({ positional }: Arguments): Value {
  const bounds = positional.map((bound) => numberOf(bound));
  const [first, second, step = 1n] = bounds;
  const isInteger = (bound: unknown): bound is bigint => typeof bound === "bigint";
  if (bounds.length > 3 || !bounds.every(isInteger) || !isInteger(first)) {
    throw templateFault("range() takes one to three integers");
  }
  return isInteger(second) && isInteger(step) ? rangeOf(first, second, step) : rangeOf(0n, first, 1n);
}

function dictFunction({ positional, named }: Arguments): Value {
  const [source] = bindArguments("dict", { positional, named: new Map() }, ["source"]);
  const dict = dictOf(source === undefined ? [] : pairsOf(source));
  for (const [key, value] of named) setEntry(dict, key, value);
  return dict;
}

function attributesOf({ positional, named }: Arguments): Map<string, Value> {
  const [source] = bindArguments("namespace", { positional, named: new Map() }, ["source"]);
  const pairs = source === undefined ? [] : pairsOf(source);
  return new Map([...pairs.map(([key, value]) => [textOf(key), value] as const), ...named]);
}

/** A function that gives nothing the first time and the separator from then on. */
function joinerFunction(given: Arguments): Value {
  const separator = textArgument(bindArguments("joiner", given, ["sep"])[0], "sep", ", ");
  let used = false;
  return functionValue("joiner", () => {
    const text = used ? separator : "";
    used = true;
    return text;
  });
}

function cyclerValue(items: Value[]): Value {
  if (items.length === 0) throw templateFault("at least one item has to be provided");
  let place = 0;
  const current = () => items[place] ?? null;
  const next = functionValue("next", () => {
    const value = current();
    place = (place + 1) % items.length;
    return value;
  });
  const reset = functionValue("reset", () => {
    place = 0;
    return null;
  });
  const attribute = (name: string) =>
    name === "next" ? next : name === "reset" ? reset : name === "current" ? current() : undefined;
  return { kind: "object", name: "Cycler", text: () => "<Cycler>", attribute };
}

/** Tuples of the first, second… elements, as many as the shortest has; `default` or None when a value has none. */
function zipFunction({ positional, named }: Arguments): Value {
  if (!positional.every(isIterable)) return named.get("default") ?? null;
  const sources = positional.map(itemsOf);
  const length = sources.length === 0 ? 0 : Math.min(...sources.map((source) => source.length));
  return listOf(Array.from({ length }, (_, place) => tupleOf(sources.map((source) => source[place] ?? null))));
}

function setFunction(name: "set" | "set_strict", given: Arguments): Value {
  const [source, fallback = null] = bindArguments(name, given, ["value", "default"]);
  const value = required(source, "value", name);
  if (name === "set" && !isIterable(value)) return fallback;
  return setOf(itemsOf(value));
}

function toJsonFunction(given: Arguments): Value {
  const [value, fallback, sortKeys = false] = bindArguments("tojson", given, ["value", "default", "sort_keys"]);
  try {
    return jsonOf(required(value, "value", "tojson"), { sortKeys: isTrue(sortKeys) });
  } catch (error) {
    if (fallback === undefined) throw error;
    return fallback;
  }
}

function fromJsonFunction(given: Arguments): Value {
  const [text, fallback = null] = bindArguments("fromjson", given, ["string", "default"]);
  try {
    return valueOfJson(textArgument(text, "string"));
  } catch (error) {
    if (error instanceof SyntaxError) return fallback;
    throw error;
  }
}

function raise(given: Arguments): never {
  const [message] = bindArguments("raise_compiler_error", given, ["msg", "node"]);
  throw templateFault(textOf(required(message, "msg", "raise_compiler_error")));
}
