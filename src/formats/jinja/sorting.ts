import { compareValues } from "./equality.ts";
import { spendItems } from "./meter.ts";
import type { Value } from "./values.ts";

/**
 * The elements in Python's order of their keys, equal ones in the order they had, also when reversed. Throws for keys
 * that have no order.
 */
export function sortValues<Item>(items: readonly Item[], keyOf: (item: Item) => Value, reverse = false): Item[] {
  spendItems(items.length);
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  keyed.sort((left, right) => (reverse ? compareValues(right.key, left.key) : compareValues(left.key, right.key)));
  return keyed.map(({ item }) => item);
}
