import { bindArguments, integerArgument, textArgument } from "./arguments.ts";
import { isTrue, numberOf } from "./equality.ts";
import { numberText } from "./percent-format.ts";
import { templateFault } from "./template-errors.ts";
import { type Arguments, typeName, type Value } from "./values.ts";

/** Jinja's filters that make numbers, and the one that makes sizes readable. */
export const NUMBER_FILTERS: readonly (readonly [string, (value: Value, given: Arguments, name: string) => Value])[] = [
  ["abs", absolute],
  ["int", toInteger],
  ["float", toFloat],
  ["round", round],
  ["filesizeformat", fileSize],
];

function absolute(value: Value): Value {
  const number = numberOf(value);
  if (number === undefined) throw templateFault(`bad operand type for abs(): '${typeName(value)}'`);
  return number < 0 ? -number : number;
}

function toInteger(value: Value, given: Arguments, name: string): Value {
  const [fallback = 0n, base] = bindArguments(name, given, ["default", "base"]);
  if (typeof value === "string") return integerOfText(value, integerArgument(base, "base", 10)) ?? fallback;
  const number = numberOf(value);
  if (typeof number === "number") return Number.isFinite(number) ? BigInt(Math.trunc(number)) : fallback;
  return number ?? fallback;
}

const DIGITS: Record<number, RegExp> = { 2: /^(?:0b)?[01]+$/i, 8: /^(?:0o)?[0-7]+$/i, 16: /^(?:0x)?[\da-f]+$/i };
const PREFIXES: Record<number, string> = { 2: "0b", 8: "0o", 16: "0x" };

function integerOfText(text: string, base: number): bigint | undefined {
  const [, sign, digits = ""] = /^\s*([-+]?)(.*?)\s*$/s.exec(text.replaceAll(/(?<=\d)_(?=\d)/g, "")) ?? [];
  if (digits.length > 4300) return undefined;
  const prefix = PREFIXES[base];
  const matches = base === 10 ? /^\d+$/ : DIGITS[base];
  if (matches?.test(digits)) {
    const integer = BigInt(prefix && !/^0[box]/i.test(digits) ? prefix + digits : digits);
    return sign === "-" ? -integer : integer;
  }
  const float = floatOfText(text);
  return base === 10 && float !== undefined && Number.isFinite(float) ? BigInt(Math.trunc(float)) : undefined;
}

function toFloat(value: Value, given: Arguments, name: string): Value {
  const [fallback = 0] = bindArguments(name, given, ["default"]);
  if (typeof value === "string") return floatOfText(value) ?? fallback;
  const number = numberOf(value);
  return number === undefined ? fallback : Number(number);
}

function floatOfText(text: string): number | undefined {
  const plain = text.trim().replaceAll(/(?<=\d)_(?=\d)/g, "");
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(plain)) return Number(plain);
  const named = /^([-+]?)(?:(inf|infinity)|nan)$/i.exec(plain);
  if (!named) return undefined;
  return named[2] ? (named[1] === "-" ? -Infinity : Infinity) : Number.NaN;
}

function round(value: Value, given: Arguments, name: string): Value {
  const [places, way] = bindArguments(name, given, ["precision", "method"]);
  const [precision, method] = [integerArgument(places, "precision", 0), textArgument(way, "method", "common")];
  const number = numberOf(value);
  if (number === undefined) throw templateFault(`type ${typeName(value)} doesn't define __round__ method`);
  if (method === "common")
    return typeof number === "bigint" ? roundInteger(number, precision) : roundFloat(number, precision);
  if (method !== "ceil" && method !== "floor") throw templateFault("method must be common, ceil or floor");
  return Math[method](Number(number) * 10 ** precision) / 10 ** precision;
}

function roundInteger(value: bigint, precision: number): bigint {
  if (precision >= 0) return value;
  if (precision < -1000) return 0n;
  const unit = 10n ** BigInt(-precision);
  const rest = ((value % unit) + unit) % unit;
  const floor = value - rest;
  const isUp = rest * 2n > unit || (rest * 2n === unit && (floor / unit) % 2n !== 0n);
  return isUp ? floor + unit : floor;
}

/** To the nearest decimal of the exact binary value, a tie to the even digit, as Python rounds. */
function roundFloat(value: number, precision: number): number {
  if (!Number.isFinite(value) || precision > 100) return value;
  if (precision < 0) return Number(roundInteger(BigInt(Math.round(value)), precision));
  const [whole, half] = [Math.floor(value), value - Math.floor(value) === 0.5];
  if (precision === 0) return half ? (whole % 2 === 0 ? whole : whole + 1) : Math.round(value);
  if (Math.abs(value) >= 1e21) return value;
  const scaled = value * 2 ** 20;
  const isTie =
    Number.isInteger(scaled) &&
    value.toFixed(precision + 1).endsWith("5") &&
    Number(value.toFixed(precision + 1)) === value;
  if (!isTie) return Number(value.toFixed(precision));
  const digits = value.toFixed(precision + 1).slice(0, -1);
  return Number(/[02468]$/.test(digits) ? digits : value.toFixed(precision));
}

function fileSize(value: Value, given: Arguments, name: string): string {
  const [binary = false] = bindArguments(name, given, ["binary"]);
  const size = Number(toFloat(value, { positional: [], named: new Map() }, name));
  const base = isTrue(binary) ? 1024 : 1000;
  if (size === 1) return "1 Byte";
  if (size < base) return `${Math.trunc(size)} Bytes`;
  const power = Math.min(8, Math.floor(Math.log(size) / Math.log(base) + 1e-12));
  const unit = "kMGTPEZY"[power - 1] ?? "";
  return `${numberText(size / base ** power, "f", 1)} ${isTrue(binary) ? `${unit.toUpperCase()}iB` : `${unit}B`}`;
}
