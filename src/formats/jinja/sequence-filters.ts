import { bindArguments, integerArgument, required, textArgument } from "./arguments.ts";
import { itemOf, plainAttributeOf } from "./attributes.ts";
import { itemsOf, sizeOf } from "./collections.ts";
import { pairsOf } from "./dict-methods.ts";
import { areEqual, hashOf, isTrue } from "./equality.ts";
import { spendItems, spendText } from "./meter.ts";
import { calculate } from "./operators.ts";
import { sortValues } from "./sorting.ts";
import { templateFault } from "./template-errors.ts";
import { charactersOf, textOf } from "./text.ts";
import {
  type Arguments,
  isKind,
  listOf,
  orElse,
  type Stream,
  type Tuple,
  tupleOf,
  typeName,
  undefinedValue,
  type Value,
  type HostObject,
} from "./values.ts";

/** What filters that take the name of another one need. */
export interface FilterTools {
  filter(name: string, value: Value, given: Arguments): Value;
  test(name: string, value: Value, operands: Value[]): boolean;
}

export type SequenceFilter = (value: Value, given: Arguments, name: string, tools: FilterTools) => Value;

/** Jinja's filters of lists and dictionaries; those that Python writes as generators give a stream. */
export const SEQUENCE_FILTERS: readonly (readonly [string, SequenceFilter])[] = [
  ["default", withDefault],
  ["d", withDefault],
  ["length", countOf],
  ["count", countOf],
  ["list", (value) => listOf([...itemsOf(value)])],
  ["first", (value) => orElse(itemsOf(value)[0], () => undefinedValue("No first item, sequence was empty."))],
  ["last", (value) => orElse(itemsOf(value).at(-1), () => undefinedValue("No last item, sequence was empty."))],
  ["join", joinFilter],
  ["reverse", reverse],
  ["sort", sortFilter],
  ["dictsort", dictSort],
  ["unique", unique],
  ["min", (value, given, name) => extreme(value, given, name, false)],
  ["max", (value, given, name) => extreme(value, given, name, true)],
  ["sum", sum],
  [
    "attr",
    (value, given, name) => plainAttributeOf(value, textArgument(bindArguments(name, given, ["name"])[0], "name")),
  ],
  ["items", (value) => streamOf(isKind(value, "undefined") ? [] : pairsOfMapping(value))],
  ["map", mapFilter],
  ["select", (value, given, _name, tools) => pick(value, given, tools, false, true)],
  ["reject", (value, given, _name, tools) => pick(value, given, tools, false, false)],
  ["selectattr", (value, given, _name, tools) => pick(value, given, tools, true, true)],
  ["rejectattr", (value, given, _name, tools) => pick(value, given, tools, true, false)],
  ["groupby", groupBy],
  ["batch", batch],
  ["slice", sliceFilter],
];

const streamOf = (items: readonly Value[]): Stream => ({ kind: "stream", source: items[Symbol.iterator]() });

function withDefault(value: Value, given: Arguments, name: string): Value {
  const [fallback = "", boolean = false] = bindArguments(name, given, ["default_value", "boolean"]);
  return isKind(value, "undefined") || (isTrue(boolean) && !isTrue(value)) ? fallback : value;
}

function countOf(value: Value): bigint {
  const size = sizeOf(value);
  if (size === undefined) throw templateFault(`object of type '${typeName(value)}' has no len()`);
  return BigInt(size);
}

/** What `attribute=` of a filter means: a path of names and indexes, the element itself when none is given. */
function getterOf(attribute: Value | undefined): (item: Value) => Value {
  if (attribute === undefined || attribute === null) return (item) => item;
  const path = typeof attribute === "string" ? attribute.split(".") : [attribute];
  const keys = path.map((part) => (typeof part === "string" && /^\d+$/.test(part) ? BigInt(part) : part));
  return (item) => keys.reduce((value: Value, key) => itemOf(value, key), item);
}

/** Sorting and grouping ignore the case of texts unless they are told not to. */
const caseless = (caseSensitive: Value) => (key: Value) =>
  typeof key === "string" && !isTrue(caseSensitive) ? key.toLowerCase() : key;

function joinFilter(value: Value, given: Arguments, name: string): string {
  const [separator = "", attribute] = bindArguments(name, given, ["d", "attribute"]);
  const [get, between] = [getterOf(attribute), textOf(separator)];
  const parts = itemsOf(value).map((item) => textOf(get(item)));
  spendText(parts.reduce((length, part) => length + part.length + between.length, 0));
  return parts.join(between);
}

function reverse(value: Value): Value {
  if (typeof value === "string") return charactersOf(value).toReversed().join("");
  return streamOf(itemsOf(value).toReversed());
}

function sortFilter(value: Value, given: Arguments, name: string): Value {
  const parameters = ["reverse", "case_sensitive", "attribute"];
  const [descending = false, caseSensitive = false, attribute] = bindArguments(name, given, parameters);
  const names = typeof attribute === "string" ? attribute.split(",") : [attribute];
  const getters = names.map(getterOf);
  const fold = caseless(caseSensitive);
  const keyOf = (item: Value) => tupleOf(getters.map((get) => fold(get(item))));
  return listOf(sortValues(itemsOf(value), keyOf, isTrue(descending)));
}

function dictSort(value: Value, given: Arguments, name: string): Value {
  const parameters = ["case_sensitive", "by", "reverse"];
  const [caseSensitive = false, by = "key", descending = false] = bindArguments(name, given, parameters);
  if (by !== "key" && by !== "value") throw templateFault('You can only sort by either "key" or "value"');
  const fold = caseless(caseSensitive);
  const keyOf = (pair: Tuple) => fold(pair.items[by === "key" ? 0 : 1] ?? null);
  return listOf(sortValues(pairsOfMapping(value), keyOf, isTrue(descending)));
}

function pairsOfMapping(value: Value): Tuple[] {
  if (!isKind(value, "dict")) throw templateFault("Can only get item pairs from a mapping.");
  return pairsOf(value).map((pair) => tupleOf(pair));
}

function unique(value: Value, given: Arguments, name: string): Value {
  const [caseSensitive = false, attribute] = bindArguments(name, given, ["case_sensitive", "attribute"]);
  const [get, fold] = [getterOf(attribute), caseless(caseSensitive)];
  const seen = new Set<string>();
  const fresh = itemsOf(value).filter((item) => {
    const hash = hashOf(fold(get(item)));
    return !seen.has(hash) && seen.add(hash);
  });
  return streamOf(fresh);
}

function extreme(value: Value, given: Arguments, name: string, largest: boolean): Value {
  const [caseSensitive = false, attribute] = bindArguments(name, given, ["case_sensitive", "attribute"]);
  const [get, fold] = [getterOf(attribute), caseless(caseSensitive)];
  const sorted = sortValues(itemsOf(value), (item) => fold(get(item)), largest);
  return orElse(sorted[0], () => undefinedValue("No aggregated item, sequence was empty."));
}

function sum(value: Value, given: Arguments, name: string): Value {
  const [attribute, start = 0n] = bindArguments(name, given, ["attribute", "start"]);
  const get = getterOf(attribute);
  return itemsOf(value).reduce((total: Value, item) => calculate("+", total, get(item)), start);
}

function mapFilter(value: Value, { positional, named }: Arguments, _name: string, tools: FilterTools): Value {
  if (positional.length === 0 && named.has("attribute")) {
    const get = getterOf(named.get("attribute"));
    const fallback = named.get("default");
    const item = (element: Value) => {
      const found = get(element);
      return fallback !== undefined && isKind(found, "undefined") ? fallback : found;
    };
    return streamOf(itemsOf(value).map(item));
  }
  const [filter, ...rest] = positional;
  const applied = textArgument(filter, "map requires a filter argument; it");
  return streamOf(itemsOf(value).map((item) => tools.filter(applied, item, { positional: rest, named })));
}

function pick(value: Value, { positional }: Arguments, tools: FilterTools, byAttribute: boolean, keep: boolean): Value {
  const [attribute, rest] = byAttribute ? [positional[0], positional.slice(1)] : [undefined, positional];
  if (byAttribute) required(attribute, "attribute", "selectattr");
  const get = getterOf(attribute);
  const [test, ...operands] = rest;
  const name = test === undefined ? null : textArgument(test, "test");
  const passes = (item: Value) => (name === null ? isTrue(get(item)) : tools.test(name, get(item), operands));
  return streamOf(itemsOf(value).filter((item) => passes(item) === keep));
}

function groupBy(value: Value, given: Arguments, name: string): Value {
  const [attribute, fallback, caseSensitive = false] = bindArguments(name, given, [
    "attribute",
    "default",
    "case_sensitive",
  ]);
  const [get, fold] = [getterOf(required(attribute, "attribute", name)), caseless(caseSensitive)];
  const keyOf = (item: Value) => {
    const key = get(item);
    return fallback !== undefined && isKind(key, "undefined") ? fallback : key;
  };
  const groups: { grouper: Value; list: Value[] }[] = [];
  for (const item of sortValues(itemsOf(value), (element) => fold(keyOf(element)))) {
    const latest = groups.at(-1);
    if (latest && areEqual(fold(latest.grouper), fold(keyOf(item)))) latest.list.push(item);
    else groups.push({ grouper: keyOf(item), list: [item] });
  }
  return listOf(groups.map(({ grouper, list }) => groupValue(grouper, listOf(list))));
}

/** A pair that also has its parts as `grouper` and `list`. */
function groupValue(grouper: Value, list: Value): HostObject {
  const pair = tupleOf([grouper, list]);
  const names = new Map([
    ["grouper", grouper],
    ["list", list],
  ]);
  return {
    kind: "object",
    name: "tuple",
    text: () => textOf(pair),
    attribute: (name) => names.get(name),
    item: (key) => (key === 0n ? grouper : key === 1n ? list : undefined),
    iterate: () => pair.items,
    length: () => 2,
  };
}

function batch(value: Value, given: Arguments, name: string): Value {
  const [width, fill = null] = bindArguments(name, given, ["linecount", "fill_with"]);
  const size = Math.max(1, integerArgument(width, "linecount"));
  const items = itemsOf(value);
  const rows = Array.from({ length: Math.ceil(items.length / size) }, (_, row) =>
    items.slice(row * size, (row + 1) * size),
  );
  const missing = size - (rows.at(-1)?.length ?? size);
  if (fill === null || missing === 0) return streamOf(rows.map((row) => listOf(row)));
  spendItems(missing);
  const filler = Array.from({ length: missing }, () => fill);
  return streamOf(rows.map((row, place) => listOf(place === rows.length - 1 ? [...row, ...filler] : row)));
}

function sliceFilter(value: Value, given: Arguments, name: string): Value {
  const [columns, fill = null] = bindArguments(name, given, ["slices", "fill_with"]);
  const count = Math.max(1, integerArgument(columns, "slices"));
  spendItems(count);
  const items = itemsOf(value);
  const [size, longer] = [Math.floor(items.length / count), items.length % count];
  return streamOf(
    Array.from({ length: count }, (_, column) => {
      const from = column * size + Math.min(column, longer);
      const part = items.slice(from, from + size + (column < longer ? 1 : 0));
      return listOf(fill !== null && longer > 0 && column >= longer ? [...part, fill] : part);
    }),
  );
}
