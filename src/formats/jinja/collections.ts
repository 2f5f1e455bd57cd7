import { areEqual, hashOf } from "./equality.ts";
import { MOST_ITEMS, spend, spendItems } from "./meter.ts";
import { templateFault } from "./template-errors.ts";
import { charactersOf, textLength } from "./text.ts";
import { isContainer, isKind, type Dict, type Range, tupleOf, typeName, type Value, type ValueSet } from "./values.ts";

/** A dictionary of these pairs; a key that comes twice keeps its first place and its last value. */
export function dictOf(pairs: Iterable<readonly [Value, Value]> = []): Dict {
  const dict: Dict = { kind: "dict", entries: new Map() };
  for (const [key, value] of pairs) setEntry(dict, key, value);
  return dict;
}

export function setOf(values: Iterable<Value> = []): ValueSet {
  const entries = new Map<string, Value>();
  for (const value of values) {
    const hash = hashOf(value);
    if (!entries.has(hash)) entries.set(hash, value);
  }
  return { kind: "set", entries };
}

/** The value of a key, undefined when it is not there. Throws for keys that cannot be one, such as lists. */
export const entryOf = (dict: Dict, key: Value): Value | undefined => dict.entries.get(hashOf(key))?.[1];

export function setEntry(dict: Dict, key: Value, value: Value): void {
  const hash = hashOf(key);
  const known = dict.entries.get(hash);
  if (!known && dict.entries.size >= MOST_ITEMS) throw templateFault(`A dict has more than ${MOST_ITEMS} keys`);
  dict.entries.set(hash, [known ? known[0] : key, value]);
}

/** Number of elements, undefined when the value has none to count. */
export function sizeOf(value: Value): number | undefined {
  if (typeof value === "string") return textLength(value);
  if (!isContainer(value)) return undefined;
  if (value.kind === "list" || value.kind === "tuple") return value.items.length;
  if (value.kind === "dict" || value.kind === "set") return value.entries.size;
  if (value.kind === "view") return value.dict.entries.size;
  if (value.kind === "range") return rangeSize(value);
  if (value.kind === "undefined") return 0;
  return value.kind === "object" ? value.length?.() : undefined;
}

function rangeSize({ start, stop, step }: Range): number {
  const distance = step > 0n ? stop - start : start - stop;
  const size = step > 0n ? step : -step;
  return distance <= 0n ? 0 : Number((distance + size - 1n) / size);
}

/** `range()` with Jinja's own limit. Throws for a step of zero and for more than 100,000 numbers. */
export function rangeOf(start: bigint, stop: bigint, step: bigint): Range {
  if (step === 0n) throw templateFault("range() arg 3 must not be zero");
  const range: Range = { kind: "range", start, stop, step };
  if (rangeSize(range) > MOST_ITEMS) throw templateFault(`Range too big, the limit is ${MOST_ITEMS} numbers`);
  return range;
}

/** The elements of whatever can be looped over, characters of a string and keys of a dictionary included. */
export function itemsOf(value: Value): readonly Value[] {
  if (isKind(value, "list") || isKind(value, "tuple")) return value.items;
  const items = collect(value);
  spendItems(items.length);
  return items;
}

function collect(value: Value): readonly Value[] {
  if (typeof value === "string") return charactersOf(value);
  if (isContainer(value)) {
    if (value.kind === "dict") return [...value.entries.values()].map(([key]) => key);
    if (value.kind === "set") return [...value.entries.values()];
    if (value.kind === "range") {
      return Array.from({ length: rangeSize(value) }, (_, index) => value.start + BigInt(index) * value.step);
    }
    if (value.kind === "view") return viewItems([...value.dict.entries.values()], value.shows);
    if (value.kind === "stream") return takeAll(value.source);
    if (value.kind === "undefined") return [];
    if (value.kind === "object" && value.iterate) return takeAll(value.iterate()[Symbol.iterator]());
  }
  throw templateFault(`'${typeName(value)}' object is not iterable`);
}

function viewItems(entries: [Value, Value][], shows: "keys" | "values" | "items"): Value[] {
  if (shows === "items") return entries.map((entry) => tupleOf(entry));
  return entries.map(([key, value]) => (shows === "keys" ? key : value));
}

function takeAll(source: Iterator<Value>): Value[] {
  const items: Value[] = [];
  for (let next = source.next(); !next.done; next = source.next()) {
    if (items.length >= MOST_ITEMS) throw templateFault(`A list has more than ${MOST_ITEMS} elements`);
    items.push(next.value);
  }
  return items;
}

/** Whether `itemsOf` works. */
export function isIterable(value: Value): boolean {
  if (typeof value === "string") return true;
  if (!isContainer(value) || value.kind === "function" || value.kind === "namespace" || value.kind === "slice")
    return false;
  return value.kind !== "object" || value.iterate !== undefined;
}

/** Python's `in`. Throws for a container that is none. */
export function contains(container: Value, wanted: Value): boolean {
  if (typeof container === "string") {
    if (typeof wanted !== "string") {
      throw templateFault(`'in <string>' requires string as left operand, not ${typeName(wanted)}`);
    }
    spend((container.length + wanted.length) / 16);
    return container.includes(wanted);
  }
  if (isKind(container, "dict") || isKind(container, "set")) return container.entries.has(hashOf(wanted));
  if (isKind(container, "view") && container.shows === "keys") return container.dict.entries.has(hashOf(wanted));
  if (!isIterable(container)) throw templateFault(`argument of type '${typeName(container)}' is not iterable`);
  return itemsOf(container).some((item) => areEqual(item, wanted));
}
