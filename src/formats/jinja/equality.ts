import { DEEPEST_VALUE, spend } from "./meter.ts";
import { templateFault } from "./template-errors.ts";
import { isContainer, isKind, type Container, type Value, typeName } from "./values.ts";

const identities = new WeakMap<Container, number>();
let latestIdentity = 0;

/** Python's `hash()`, exact: two values have the same text when they are one key of a dictionary. Throws for lists. */
export function hashOf(value: Value, depth = 0): string {
  spend(1);
  if (typeof value === "string") {
    spend(value.length / 16);
    return `s${value}`;
  }
  if (value === null) return "N";
  const number = numberOf(value);
  if (number !== undefined)
    return `n${typeof number === "number" && Number.isInteger(number) ? BigInt(number) : number}`;
  if (isKind(value, "tuple")) {
    if (depth > DEEPEST_VALUE) throw templateFault("A value is nested too deeply");
    const hashes = value.items.map((item) => hashOf(item, depth + 1));
    return `t${hashes.map((hash) => `${hash.length}:${hash}`).join("")}`;
  }
  if (!isContainer(value) || isKind(value, "list") || isKind(value, "dict") || isKind(value, "set")) {
    throw templateFault(`unhashable type: '${typeName(value)}'`);
  }
  if (isKind(value, "object") && value.key !== undefined) return `k${value.name}:${value.key}`;
  if (isKind(value, "undefined")) return "u";
  return `i${identityOf(value)}`;
}

function identityOf(value: Container): number {
  const known = identities.get(value);
  if (known !== undefined) return known;
  latestIdentity += 1;
  identities.set(value, latestIdentity);
  return latestIdentity;
}

/** The value as a number, `true` being 1 as in Python; undefined when it is none. */
export function numberOf(value: Value): bigint | number | undefined {
  if (typeof value === "boolean") return value ? 1n : 0n;
  return typeof value === "bigint" || typeof value === "number" ? value : undefined;
}

/** Python's `==`. Throws for values nested too deeply. */
export function areEqual(left: Value, right: Value, depth = 0): boolean {
  spend(1);
  if (left === right) return true;
  const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)];
  // The loose comparison is the exact one between a bigint and a number.
  // oxlint-disable-next-line eslint/eqeqeq
  if (leftNumber !== undefined && rightNumber !== undefined) return leftNumber == rightNumber;
  if (typeof left === "string" && typeof right === "string") {
    spend(Math.min(left.length, right.length) / 16);
    return left === right;
  }
  if (!isContainer(left) || !isContainer(right)) return false;
  if (depth > DEEPEST_VALUE) throw templateFault("Values are nested too deeply to be compared");
  const equalItems = (first: readonly Value[], second: readonly Value[]) =>
    first.length === second.length && first.every((item, index) => areEqual(item, second[index] ?? null, depth + 1));
  if (left.kind === "list" && right.kind === "list") return equalItems(left.items, right.items);
  if (left.kind === "tuple" && right.kind === "tuple") return equalItems(left.items, right.items);
  if (left.kind === "dict" && right.kind === "dict") {
    if (left.entries.size !== right.entries.size) return false;
    return [...left.entries].every(([hash, [, value]]) => {
      const other = right.entries.get(hash);
      return other !== undefined && areEqual(value, other[1], depth + 1);
    });
  }
  if (left.kind === "set" && right.kind === "set") {
    return left.entries.size === right.entries.size && [...left.entries.keys()].every((key) => right.entries.has(key));
  }
  if (left.kind === "range" && right.kind === "range") {
    return left.start === right.start && left.stop === right.stop && left.step === right.step;
  }
  if (left.kind === "undefined") return right.kind === "undefined";
  return left.kind === "object" && right.kind === "object" && left.key !== undefined && hashOf(left) === hashOf(right);
}

/**
 * Negative, zero or positive as Python orders the two values; NaN when neither `<` nor `>` holds. Throws for values that
 * have no order.
 */
export function compareValues(left: Value, right: Value, operator = "<", depth = 0): number {
  spend(1);
  const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)];
  if (leftNumber !== undefined && rightNumber !== undefined) return compareOrdered(leftNumber, rightNumber);
  if (typeof left === "string" && typeof right === "string") {
    spend(Math.min(left.length, right.length) / 16);
    return compareTexts(left, right);
  }
  const order = isKind(left, "object") ? left.compare?.(right) : undefined;
  if (order !== undefined) return order;
  const sequences =
    (isKind(left, "list") && isKind(right, "list")) || (isKind(left, "tuple") && isKind(right, "tuple"));
  if (!sequences || depth > DEEPEST_VALUE) {
    throw templateFault(
      `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
    );
  }
  const length = Math.min(left.items.length, right.items.length);
  for (let index = 0; index < length; index++) {
    const [first, second] = [left.items[index] ?? null, right.items[index] ?? null];
    if (!areEqual(first, second, depth + 1)) return compareValues(first, second, operator, depth + 1);
  }
  return left.items.length - right.items.length;
}

const compareOrdered = (left: bigint | number, right: bigint | number) =>
  left < right ? -1 : left > right ? 1 : Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 0;

/** By code points, as Python does: UTF-16 puts what is outside the first plane before the end of it. */
function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  if (!/[\ud800-\udfff]/.test(left + right)) return left < right ? -1 : 1;
  const [first, second] = [Array.from(left), Array.from(right)];
  const index = first.findIndex((character, position) => character !== second[position]);
  return (first[index]?.codePointAt(0) ?? -1) - (second[index]?.codePointAt(0) ?? -1) || -1;
}

/** Python's truth: nothing, zero and what is empty are false. */
export function isTrue(value: Value): boolean {
  if (value === null || value === false || value === "") return false;
  if (typeof value === "bigint" || typeof value === "number") return value !== 0n && value !== 0;
  if (!isContainer(value)) return true;
  if (value.kind === "list" || value.kind === "tuple") return value.items.length > 0;
  if (value.kind === "dict" || value.kind === "set") return value.entries.size > 0;
  if (value.kind === "view") return value.dict.entries.size > 0;
  if (value.kind === "range") return value.step > 0n ? value.start < value.stop : value.start > value.stop;
  if (value.kind === "object") return value.length ? value.length() > 0 : true;
  return value.kind !== "undefined";
}
