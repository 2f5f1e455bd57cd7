import { bindArguments, required } from "./arguments.ts";
import { dictOf, entryOf, itemsOf, setEntry } from "./collections.ts";
import { hashOf } from "./equality.ts";
import { spendItems } from "./meter.ts";
import { templateFault } from "./template-errors.ts";
import { reprOf } from "./text.ts";
import { type Arguments, type Dict, isKind, orElse, tupleOf, type Value, type View } from "./values.ts";

type DictMethod = (dict: Dict, given: Arguments, name: string) => Value;

const viewMethod =
  (shows: View["shows"]): DictMethod =>
  (dict, given, name) => {
    bindArguments(name, given, []);
    return { kind: "view", shows, dict };
  };

/** Methods of Python's `dict`; those that change it give None. */
const METHODS = new Map<string, DictMethod>([
  ["keys", viewMethod("keys")],
  ["values", viewMethod("values")],
  ["items", viewMethod("items")],
  [
    "get",
    (dict, given, name) => {
      const [key, fallback = null] = bindArguments(name, given, ["key", "default"]);
      return orElse(entryOf(dict, required(key, "key", name)), () => fallback);
    },
  ],
  [
    "setdefault",
    (dict, given, name) => {
      const [given_key, fallback = null] = bindArguments(name, given, ["key", "default"]);
      const key = required(given_key, "key", name);
      const known = entryOf(dict, key);
      if (known !== undefined) return known;
      setEntry(dict, key, fallback);
      return fallback;
    },
  ],
  [
    "pop",
    (dict, given, name) => {
      const [given_key, fallback] = bindArguments(name, given, ["key", "default"]);
      const key = required(given_key, "key", name);
      const value = orElse(entryOf(dict, key), () => {
        if (fallback === undefined) throw templateFault(`KeyError: ${reprOf(key)}`);
        return fallback;
      });
      dict.entries.delete(hashOf(key));
      return value;
    },
  ],
  [
    "popitem",
    (dict, given, name) => {
      bindArguments(name, given, []);
      const last = [...dict.entries].at(-1);
      if (!last) throw templateFault("popitem(): dictionary is empty");
      spendItems(dict.entries.size);
      dict.entries.delete(last[0]);
      return tupleOf(last[1]);
    },
  ],
  [
    "update",
    (dict, { positional, named }, name) => {
      const [source] = bindArguments(name, { positional, named: new Map() }, ["other"]);
      for (const [key, value] of source === undefined ? [] : pairsOf(source)) setEntry(dict, key, value);
      for (const [key, value] of named) setEntry(dict, key, value);
      return null;
    },
  ],
  [
    "copy",
    (dict, given, name) => {
      bindArguments(name, given, []);
      return dictOf(pairsOf(dict));
    },
  ],
  [
    "clear",
    (dict, given, name) => {
      bindArguments(name, given, []);
      dict.entries.clear();
      return null;
    },
  ],
]);

/** The method of this name, undefined when dictionaries have none. */
export const dictMethod = (name: string) => METHODS.get(name);

/** Keys and values of a dictionary or of a list of pairs. Throws for an element that is no pair. */
export function pairsOf(source: Value): (readonly [Value, Value])[] {
  if (isKind(source, "dict")) {
    spendItems(source.entries.size);
    return [...source.entries.values()];
  }
  return itemsOf(source).map((item) => {
    const [key, value, more] = itemsOf(item);
    if (key !== undefined && value !== undefined && more === undefined) return [key, value] as const;
    throw templateFault("dictionary update sequence has an element that is no pair");
  });
}
