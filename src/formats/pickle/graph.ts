import { PICKLE_LIMITS } from "./limits.ts";
import { unreadablePickle } from "./pickle-errors.ts";
import { isDict, isRecord, isSequence, type PickleContainer, type PickleValue } from "./values.ts";

const ON_THE_WAY = -1;
/** Characters or bytes that weigh as much as a value. */
const CHARACTERS_A_VALUE = 16;
const CONTAINER_WEIGHT = 16;
/** Of arrays and their types: whoever reads them makes more than a value of them. */
const ARRAY_WEIGHT = 256;
const ARRAYS = new Set([
  ...["numpy.dtype", "numpy.ndarray", "multiarray._reconstruct", "numeric._frombuffer"],
  ...["arrow.array", "_new_Index", "_new_DatetimeIndex"],
]);

/**
 * Makes sure that whoever walks through the value comes to an end soon: nothing contains itself, nothing is nested
 * deeper than allowed, and the whole is not too much even where many references lead to one value. Throws 400.
 */
export function measureGraph(root: PickleValue): void {
  if (visit(root, 1) > PICKLE_LIMITS.expanded_values) {
    throw unreadablePickle("The pickle is too large when its references are followed");
  }
}

/** The weight of a value: how many values a copy of it would have. */
function visit(value: PickleValue, depth: number): number {
  if (typeof value === "string" || value instanceof Uint8Array) return 1 + value.length / CHARACTERS_A_VALUE;
  if (!isSequence(value) && !isDict(value) && !isRecord(value)) return 1;
  if (value.height === ON_THE_WAY) throw unreadablePickle("The pickle has a value that contains itself");
  if (value.height === 0) measure(value, depth);
  if (depth + value.height > PICKLE_LIMITS.depth) throw unreadablePickle("The pickle is nested too deeply");
  return value.weight;
}

function measure(container: PickleContainer, depth: number): void {
  if (depth > PICKLE_LIMITS.depth) throw unreadablePickle("The pickle is nested too deeply");
  container.height = ON_THE_WAY;
  let height = 1;
  let weight = isRecord(container) && ARRAYS.has(container.name) ? ARRAY_WEIGHT : CONTAINER_WEIGHT;
  const add = (child: PickleValue) => {
    weight += visit(child, depth + 1);
    if (isSequence(child) || isDict(child) || isRecord(child)) height = Math.max(height, child.height + 1);
  };
  if (isRecord(container)) {
    container.args.forEach(add);
    if (container.state !== undefined) add(container.state);
    if (container.entries) add(container.entries);
  } else if (isDict(container)) {
    container.keys.forEach(add);
    container.values.forEach(add);
  } else container.items.forEach(add);
  container.height = height;
  container.weight = weight;
}
