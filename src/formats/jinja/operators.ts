import { areEqual, compareValues, numberOf } from "./equality.ts";
import { formatPercent } from "./percent-format.ts";
import { contains } from "./collections.ts";
import { MOST_BITS, spendItems, spendText } from "./meter.ts";
import type { BinaryOperator, Comparison } from "./nodes.ts";
import { templateFault } from "./template-errors.ts";
import { isKind, listOf, tupleOf, typeName, type Value } from "./values.ts";

/** Python's arithmetic. Throws for kinds that do not go together, division by zero and results that are too large. */
export function calculate(operator: BinaryOperator, left: Value, right: Value): Value {
  const [first, second] = [numberOf(left), numberOf(right)];
  if (first !== undefined && second !== undefined) {
    if (typeof first === "bigint" && typeof second === "bigint") return calculateIntegers(operator, first, second);
    return calculateFloats(operator, Number(first), Number(second));
  }
  if (operator === "%" && typeof left === "string") return formatPercent(left, right);
  const made = operator === "+" ? join(left, right) : operator === "*" ? repeat(left, right) : undefined;
  if (made !== undefined) return made;
  const own = objectResult(operator, left, right);
  if (own !== undefined) return own;
  throw unusable(left) ?? unusable(right) ?? unsupported(operator, left, right);
}

function objectResult(operator: BinaryOperator, left: Value, right: Value): Value | undefined {
  const ofLeft = isKind(left, "object") ? left.calculate?.(operator, right, "left") : undefined;
  if (ofLeft !== undefined || !isKind(right, "object")) return ofLeft;
  return right.calculate?.(operator, left, "right");
}

/** The error of a value that is not there, and so cannot be used. */
const unusable = (value: Value) => (isKind(value, "undefined") ? templateFault(value.message) : undefined);

function unsupported(operator: string, left: Value, right: Value): Error {
  if (operator === "+" && typeof left === "string") {
    return templateFault(`can only concatenate str (not "${typeName(right)}") to str`);
  }
  const sign = operator === "**" ? "** or pow()" : operator;
  return templateFault(`unsupported operand type(s) for ${sign}: '${typeName(left)}' and '${typeName(right)}'`);
}

function join(left: Value, right: Value): Value | undefined {
  if (typeof left === "string" && typeof right === "string") {
    spendText(left.length + right.length);
    return left + right;
  }
  const lists = isKind(left, "list") && isKind(right, "list");
  if (!lists && !(isKind(left, "tuple") && isKind(right, "tuple"))) return undefined;
  spendItems(left.items.length + right.items.length);
  const items = [...left.items, ...right.items];
  return lists ? listOf(items) : tupleOf(items);
}

function repeat(left: Value, right: Value): Value | undefined {
  const [value, times] = numberOf(right) === undefined ? [right, numberOf(left)] : [left, numberOf(right)];
  if (typeof times !== "bigint") return undefined;
  const count = times < 0n ? 0 : Number(times);
  if (typeof value === "string") {
    spendText(value.length * count);
    return value.length === 0 ? "" : value.repeat(count);
  }
  if (!isKind(value, "list") && !isKind(value, "tuple")) return undefined;
  spendItems(value.items.length * count);
  const items = value.items.length === 0 ? [] : Array.from({ length: count }, () => value.items).flat();
  return value.kind === "list" ? listOf(items) : tupleOf(items);
}

function calculateIntegers(operator: BinaryOperator, left: bigint, right: bigint): bigint | number {
  if (operator === "+") return left + right;
  if (operator === "-") return left - right;
  if (operator === "*") {
    checkBits(bitsOf(left) + bitsOf(right));
    return left * right;
  }
  if (operator === "**") return powerOfIntegers(left, right);
  if (right === 0n) throw templateFault(operator === "/" ? "division by zero" : "integer division or modulo by zero");
  if (operator === "/") return quotientOf(left, right);
  const remainder = left % right;
  const wraps = remainder !== 0n && remainder < 0n !== right < 0n;
  if (operator === "%") return wraps ? remainder + right : remainder;
  return wraps ? left / right - 1n : left / right;
}

/** The float nearest to the quotient: integers beyond 2^53 are divided exactly first. */
function quotientOf(left: bigint, right: bigint): number {
  const [dividend, divisor] = [Number(left), Number(right)];
  if (Number.isSafeInteger(dividend) && Number.isSafeInteger(divisor)) return dividend / divisor;
  const whole = left / right;
  return Number(whole) + Number(left - whole * right) / divisor;
}

function powerOfIntegers(base: bigint, exponent: bigint): bigint | number {
  if (exponent < 0n) return calculateFloats("**", Number(base), Number(exponent));
  if (base === 0n || base === 1n || base === -1n) return base ** (exponent < 2n ? exponent : 2n + (exponent % 2n));
  checkBits(bitsOf(base) * Number(exponent));
  return base ** exponent;
}

const bitsOf = (value: bigint) => value.toString(16).length * 4;

function checkBits(bits: number): void {
  if (bits > MOST_BITS) throw templateFault("An integer is too large");
}

function calculateFloats(operator: BinaryOperator, left: number, right: number): number {
  if (operator === "+") return left + right;
  if (operator === "-") return left - right;
  if (operator === "*") return left * right;
  if (operator === "**") {
    if (left === 0 && right < 0) throw templateFault("0.0 cannot be raised to a negative power");
    return left ** right;
  }
  if (right === 0) throw templateFault(operator === "/" ? "float division by zero" : "float floor division by zero");
  if (operator === "/") return left / right;
  const remainder = left % right;
  const modulo = remainder !== 0 && remainder < 0 !== right < 0 ? remainder + right : remainder;
  return operator === "%" ? modulo : Math.round((left - modulo) / right);
}

/** Python's `+x` and `-x`. */
export function negate(operator: "+" | "-", operand: Value): Value {
  const number = numberOf(operand);
  if (number === undefined) {
    throw unusable(operand) ?? templateFault(`bad operand type for unary ${operator}: '${typeName(operand)}'`);
  }
  return operator === "-" ? -number : number;
}

/** One comparison of Python. Throws for values that have no order. */
export function compare(operator: Comparison, left: Value, right: Value): boolean {
  if (operator === "==") return areEqual(left, right);
  if (operator === "!=") return !areEqual(left, right);
  if (operator === "in") return contains(right, left);
  if (operator === "not in") return !contains(right, left);
  const missing = unusable(left) ?? unusable(right);
  if (missing) throw missing;
  const order = compareValues(left, right, operator);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

/** Python's `range`-like index of a sequence: negative ones count from the end; undefined when it is outside. */
export function placeOf(index: bigint, length: number): number | undefined {
  const place = Number(index < 0n ? index + BigInt(length) : index);
  return place >= 0 && place < length ? place : undefined;
}

/** Python's slice of a list of elements. Throws for a step of zero and for bounds that are no integers. */
export function sliceItems<Item>(items: readonly Item[], start: Value, stop: Value, step: Value): Item[] {
  const [first, last, stride] = [boundOf(start), boundOf(stop), boundOf(step) ?? 1];
  if (stride === 0) throw templateFault("slice step cannot be zero");
  const { length } = items;
  const lowest = stride > 0 ? 0 : -1;
  const highest = stride > 0 ? length : length - 1;
  const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + length : bound, lowest), highest);
  const from = first === undefined ? (stride > 0 ? 0 : length - 1) : clamp(first);
  const to = last === undefined ? (stride > 0 ? length : -1) : clamp(last);
  if (stride === 1) return items.slice(from, to);
  const taken: Item[] = [];
  for (let place = from; stride > 0 ? place < to : place > to; place += stride)
    taken.push(...items.slice(place, place + 1));
  return taken;
}

function boundOf(value: Value): number | undefined {
  if (value === null) return undefined;
  const number = numberOf(value);
  if (typeof number !== "bigint") throw templateFault("slice indices must be integers or None");
  return Number(number);
}
