import { floatText } from "../python-text.ts";
import { DEEPEST_VALUE, spend, spendText } from "./meter.ts";
import { compareValues } from "./equality.ts";
import { itemsOf, dictOf } from "./collections.ts";
import { templateFault } from "./template-errors.ts";
import { textOf } from "./text.ts";
import { isContainer, listOf, typeName, type Value } from "./values.ts";

/** How Python's `json.dumps` is called. */
export interface JsonStyle {
  sortKeys?: boolean;
  indent?: number;
}

/** The value as Python's `json.dumps` writes it. Throws for values that JSON does not have. */
export function jsonOf(value: Value, style: JsonStyle = {}, depth = 0): string {
  spend(1);
  if (value === null) return "null";
  if (typeof value === "string") return jsonString(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return jsonNumber(value);
  if (depth > DEEPEST_VALUE) throw templateFault("A value is nested too deeply to be written as JSON");
  if (value.kind === "list" || value.kind === "tuple") {
    return bracketed(
      "[]",
      value.items.map((item) => jsonOf(item, style, depth + 1)),
      style,
      depth,
    );
  }
  if (value.kind !== "dict") throw templateFault(`Object of type ${typeName(value)} is not JSON serializable`);
  const entries = [...value.entries.values()];
  if (style.sortKeys) entries.sort(([left], [right]) => compareValues(left, right));
  const parts = entries.map(([key, item]) => `${jsonString(keyText(key))}: ${jsonOf(item, style, depth + 1)}`);
  return bracketed("{}", parts, style, depth);
}

function bracketed(brackets: string, parts: string[], { indent }: JsonStyle, depth: number): string {
  const [open = "", close = ""] = brackets;
  spendText(parts.reduce((length, part) => length + part.length + 2 + (indent ?? 0) * (depth + 1), 0));
  if (indent === undefined || parts.length === 0) return open + parts.join(", ") + close;
  const margin = " ".repeat(indent * depth);
  const inner = margin + " ".repeat(indent);
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`;
}

function keyText(key: Value): string {
  if (typeof key === "string") return key;
  if (isContainer(key)) throw templateFault(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
  return jsonOf(key);
}

function jsonNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return floatText(value);
}

/** Python escapes all that is not ASCII. */
function jsonString(text: string): string {
  spendText(text.length * 2);
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) =>
    unit === "\u007f" ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The value that a JSON text stands for, integers exact. Throws a SyntaxError for what is no JSON. */
export function valueOfJson(text: string): Value {
  spendText(text.length);
  // The reviver sees the digits of a number: 1 is an int, 1.0 a float and large integers keep all digits.
  const parsed: unknown = JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value !== "number" || !context?.source) return value;
    return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
  });
  return toValue(parsed, 0, true);
}

/**
 * A template's value for plain data of the program: whole numbers become ints (floats when `exact`, as integers are
 * bigints then), arrays lists, objects and maps dictionaries by their own keys. Throws for functions and the like.
 */
export function toValue(data: unknown, depth = 0, exact = false): Value {
  spend(1);
  if (depth > DEEPEST_VALUE) throw templateFault("A value is nested too deeply");
  if (data === null || data === undefined) return null;
  if (typeof data === "string" || typeof data === "boolean" || typeof data === "bigint") return data;
  if (typeof data === "number") return Number.isSafeInteger(data) && !exact ? BigInt(data) : data;
  if (Array.isArray(data)) return listOf(data.map((item: unknown) => toValue(item, depth + 1, exact)));
  if (typeof data !== "object") throw templateFault(`A ${typeof data} cannot be used in a template`);
  const entries: Iterable<[unknown, unknown]> = data instanceof Map ? data : Object.entries(data);
  return dictOf(
    Array.from(entries, ([key, item]) => [toValue(key, depth + 1, exact), toValue(item, depth + 1, exact)] as const),
  );
}

/** Plain data for a template's value: ints beyond 2^53 become texts. Throws for values that are no data. */
export function fromValue(value: Value, depth = 0): unknown {
  spend(1);
  if (depth > DEEPEST_VALUE) throw templateFault("A value is nested too deeply");
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (!isContainer(value)) return value;
  if (value.kind === "undefined") return null;
  if (value.kind === "dict") {
    const entries = [...value.entries.values()];
    return Object.fromEntries(entries.map(([key, item]) => [textOf(key), fromValue(item, depth + 1)]));
  }
  if (value.kind === "object") return value.text();
  if (value.kind === "function" || value.kind === "namespace" || value.kind === "slice") {
    throw templateFault(`A ${typeName(value)} is no data`);
  }
  return itemsOf(value).map((item) => fromValue(item, depth + 1));
}
