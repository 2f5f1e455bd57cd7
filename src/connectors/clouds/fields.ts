import { asItem, isItem, type Item, items, valueAt } from "./json.ts";
import type { Scope } from "./service.ts";

/** Reads one key of a configuration from an item; `key` is the key's own name. */
export type Field = (item: Item, scope: Scope, key: string) => unknown;
export type Fields = Record<string, Field>;

const plain = (name: string) => name.replaceAll(/[_-]/g, "").toLowerCase();

/** Reads the member of the same name, whatever its case: `db_instance_arn` is `DBInstanceArn`. */
const sameName: Field = (item, _scope, key) => {
  const wanted = plain(key);
  const name = Object.keys(item).find((candidate) => plain(candidate) === wanted);
  return name === undefined ? null : item[name];
};

/** Keys, divided by spaces, whose member has the same name but for its case and underscores. */
export const same = (keys: string): Fields => Object.fromEntries(keys.split(" ").map((key) => [key, sameName]));

/** Reads the value at a path such as `State.Name`. */
export const at =
  (path: string): Field =>
  (item) =>
    valueAt(item, path) ?? null;

/** Declared keys, read from the object at a path instead of the item itself. */
export const within = (path: string, fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, read]) => [
      name,
      (item, scope, key) => read(asItem(valueAt(item, path)), scope, key),
    ]),
  );

/** The object at a path, with the declared keys. */
export const part =
  (path: string, fields: Fields): Field =>
  (item, scope) => {
    const value = valueAt(item, path);
    return isItem(value) ? readFields(fields, value, scope) : null;
  };

/** Every object of the list at a path, with the declared keys. */
export const each =
  (path: string, fields: Fields): Field =>
  (item, scope) => {
    const value = valueAt(item, path);
    return Array.isArray(value) ? items(value).map((entry) => readFields(fields, entry, scope)) : null;
  };

/** Every declared key with its value; what the answer lacks is null. */
export function readFields(fields: Fields, item: Item, scope: Scope): Item {
  return Object.fromEntries(Object.entries(fields).map(([key, read]) => [key, read(item, scope, key) ?? null]));
}
