import { bindArguments, integerArgument, required } from "./arguments.ts";
import { itemsOf } from "./collections.ts";
import { areEqual, isTrue } from "./equality.ts";
import { spendItems } from "./meter.ts";
import { placeOf } from "./operators.ts";
import { sortValues } from "./sorting.ts";
import { templateFault } from "./template-errors.ts";
import { reprOf } from "./text.ts";
import { type Arguments, type List, listOf, type Tuple, type Value } from "./values.ts";

type ListMethod = (list: List, given: Arguments, name: string) => Value;

/** Methods of Python's `list`; those that change it give None. */
const METHODS = new Map<string, ListMethod>([
  [
    "append",
    (list, given, name) => {
      const [item] = bindArguments(name, given, ["object"]);
      const added = required(item, "object", name);
      if (list.items.length % 64 === 63) spendItems(list.items.length + 1);
      list.items.push(added);
      return null;
    },
  ],
  [
    "extend",
    (list, given, name) => {
      const [source] = bindArguments(name, given, ["iterable"]);
      const added = itemsOf(required(source, "iterable", name));
      spendItems(list.items.length + added.length);
      list.items = [...list.items, ...added];
      return null;
    },
  ],
  [
    "insert",
    (list, given, name) => {
      const [index, item] = bindArguments(name, given, ["index", "object"]);
      spendItems(list.items.length + 1);
      list.items.splice(integerArgument(index, "index"), 0, required(item, "object", name));
      return null;
    },
  ],
  [
    "pop",
    (list, given, name) => {
      const [index] = bindArguments(name, given, ["index"]);
      if (list.items.length === 0) throw templateFault("pop from empty list");
      const place = placeOf(BigInt(integerArgument(index, "index", -1)), list.items.length);
      if (place === undefined) throw templateFault("pop index out of range");
      spendItems(list.items.length - place);
      return list.items.splice(place, 1)[0] ?? null;
    },
  ],
  [
    "remove",
    (list, given, name) => {
      list.items.splice(foundIn(list, given, name), 1);
      return null;
    },
  ],
  ["index", (list, given, name) => BigInt(foundIn(list, given, name))],
  ["count", countIn],
  [
    "sort",
    (list, given, name) => {
      const [reverse = false] = bindArguments(name, given, ["reverse"]);
      list.items = sortValues(list.items, (item) => item, isTrue(reverse));
      return null;
    },
  ],
  [
    "reverse",
    (list, given, name) => {
      bindArguments(name, given, []);
      spendItems(list.items.length);
      list.items.reverse();
      return null;
    },
  ],
  [
    "copy",
    (list, given, name) => {
      bindArguments(name, given, []);
      spendItems(list.items.length);
      return listOf([...list.items]);
    },
  ],
  [
    "clear",
    (list, given, name) => {
      bindArguments(name, given, []);
      list.items = [];
      return null;
    },
  ],
]);

/** The method of this name, undefined when lists have none. */
export const listMethod = (name: string) => METHODS.get(name);

const TUPLE_METHODS = new Map<string, (tuple: Tuple | List, given: Arguments, name: string) => Value>([
  ["index", (tuple, given, name) => BigInt(foundIn(tuple, given, name))],
  ["count", countIn],
]);

/** The method of this name, undefined when tuples have none. */
export const tupleMethod = (name: string) => TUPLE_METHODS.get(name);

function foundIn({ items }: List | Tuple, given: Arguments, name: string): number {
  const wanted = required(bindArguments(name, given, ["value"])[0], "value", name);
  const place = items.findIndex((item) => areEqual(item, wanted));
  if (place === -1) throw templateFault(`${reprOf(wanted)} is not in list`);
  return place;
}

function countIn({ items }: List | Tuple, given: Arguments, name: string): bigint {
  const wanted = required(bindArguments(name, given, ["value"])[0], "value", name);
  return BigInt(items.filter((item) => areEqual(item, wanted)).length);
}
