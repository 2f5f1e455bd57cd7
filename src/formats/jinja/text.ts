import { floatText, quotedText } from "../python-text.ts";
import { DEEPEST_VALUE, spend, spendText } from "./meter.ts";
import { templateFault } from "./template-errors.ts";
import { isKind, typeName, type Value } from "./values.ts";

/** Python's `str()`: what a value prints. */
export function textOf(value: Value): string {
  if (typeof value === "string") return value;
  if (isKind(value, "undefined")) return "";
  return reprOf(value);
}

/** Python's `repr()`: how a value is printed inside a list. Throws for values nested too deeply and texts too long. */
export function reprOf(value: Value, depth = 0): string {
  spend(1);
  if (value === null) return "None";
  if (typeof value === "string") return quoted(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return integerText(value);
  if (typeof value === "number") return floatText(value);
  if (depth > DEEPEST_VALUE) throw templateFault("A value is nested too deeply to be printed");
  const inner = (item: Value) => reprOf(item, depth + 1);
  const pair = ([key, item]: [Value, Value]) => `${inner(key)}: ${inner(item)}`;
  switch (value.kind) {
    case "list":
      return `[${joined(value.items, inner)}]`;
    case "tuple":
      return value.items.length === 1 ? `(${joined(value.items, inner)},)` : `(${joined(value.items, inner)})`;
    case "dict":
      return `{${joined(value.entries.values(), pair)}}`;
    case "set":
      return value.entries.size === 0 ? "set()" : `{${joined(value.entries.values(), inner)}}`;
    case "range":
      return `range(${value.start}, ${value.stop}${value.step === 1n ? "" : `, ${value.step}`})`;
    case "view": {
      const { shows, dict } = value;
      const shown = ([key, item]: [Value, Value]) =>
        shows === "items" ? `(${inner(key)}, ${inner(item)})` : inner(shows === "keys" ? key : item);
      return `dict_${shows}([${joined(dict.entries.values(), shown)}])`;
    }
    case "namespace":
      return `<Namespace {${joined(value.attributes, ([key, item]) => `${quoted(key)}: ${inner(item)}`)}}>`;
    case "object":
      return value.text();
    case "undefined":
      return "Undefined";
    case "function":
      return `<function ${value.name}>`;
    default:
      return `<${typeName(value)}>`;
  }
}

function joined<Item>(items: Iterable<Item>, show: (item: Item) => string): string {
  const parts: string[] = [];
  let length = 0;
  for (const item of items) {
    const part = show(item);
    length += part.length + 2;
    spendText(length);
    parts.push(part);
  }
  return parts.join(", ");
}

/** Longest integer that Python prints, in digits. */
const MOST_DIGITS = 4300;

function integerText(value: bigint): string {
  const text = value.toString();
  if (text.length > MOST_DIGITS) throw templateFault("An integer is too long to be printed");
  return text;
}

function quoted(text: string): string {
  spendText(text.length);
  return quotedText(text);
}

/** The characters of a text as Python counts them: code points. */
export function charactersOf(text: string): string[] {
  spend(text.length / 4);
  return Array.from(text);
}

/** Length in Python's characters. */
export function textLength(text: string): number {
  spend(text.length / 16);
  return /[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length;
}
