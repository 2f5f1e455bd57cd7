import { bindArguments, required } from "./arguments.ts";
import { itemsOf, setOf } from "./collections.ts";
import { hashOf } from "./equality.ts";
import { spendItems } from "./meter.ts";
import { templateFault } from "./template-errors.ts";
import { reprOf } from "./text.ts";
import type { Arguments, Value, ValueSet } from "./values.ts";

type SetMethod = (set: ValueSet, given: Arguments, name: string) => Value;

/** Two sets made one: `takes` says which elements of the first stay, `adds` which of the second come in. */
const combine =
  (takes: (inOther: boolean) => boolean, adds: (inFirst: boolean) => boolean): SetMethod =>
  (set, given, name) => {
    const other = otherSet(given, name);
    spendItems(set.entries.size + other.entries.size);
    return setOf([
      ...[...set.entries].filter(([hash]) => takes(other.entries.has(hash))).map(([, value]) => value),
      ...[...other.entries].filter(([hash]) => adds(set.entries.has(hash))).map(([, value]) => value),
    ]);
  };

const otherSet = (given: Arguments, name: string) =>
  setOf(itemsOf(required(bindArguments(name, given, ["other"])[0], "other", name)));

const isWithin = (inner: ValueSet, outer: ValueSet) =>
  [...inner.entries.keys()].every((hash) => outer.entries.has(hash));

/** Methods of Python's `set`. Elements keep the order in which they came. */
const METHODS = new Map<string, SetMethod>([
  [
    "union",
    combine(
      () => true,
      (inFirst) => !inFirst,
    ),
  ],
  [
    "intersection",
    combine(
      (inOther) => inOther,
      () => false,
    ),
  ],
  [
    "difference",
    combine(
      (inOther) => !inOther,
      () => false,
    ),
  ],
  [
    "symmetric_difference",
    combine(
      (inOther) => !inOther,
      (inFirst) => !inFirst,
    ),
  ],
  ["issubset", (set, given, name) => isWithin(set, otherSet(given, name))],
  ["issuperset", (set, given, name) => isWithin(otherSet(given, name), set)],
  ["copy", (set) => setOf(set.entries.values())],
  [
    "add",
    (set, given, name) => {
      const element = required(bindArguments(name, given, ["element"])[0], "element", name);
      if (set.entries.size % 64 === 63) spendItems(set.entries.size + 1);
      const hash = hashOf(element);
      if (!set.entries.has(hash)) set.entries.set(hash, element);
      return null;
    },
  ],
  [
    "update",
    (set, given, name) => {
      const other = otherSet(given, name);
      spendItems(set.entries.size + other.entries.size);
      for (const [hash, value] of other.entries) if (!set.entries.has(hash)) set.entries.set(hash, value);
      return null;
    },
  ],
  ["discard", (set, given, name) => remove(set, given, name, false)],
  ["remove", (set, given, name) => remove(set, given, name, true)],
]);

/** The method of this name, undefined when sets have none. */
export const setMethod = (name: string) => METHODS.get(name);

function remove(set: ValueSet, given: Arguments, name: string, mustExist: boolean): null {
  const element = required(bindArguments(name, given, ["element"])[0], "element", name);
  if (!set.entries.delete(hashOf(element)) && mustExist) throw templateFault(`KeyError: ${reprOf(element)}`);
  return null;
}
