import { entryOf } from "./collections.ts";
import { numberOf } from "./equality.ts";
import { LONGEST_TEXT, spendText } from "./meter.ts";
import { templateFault } from "./template-errors.ts";
import { reprOf, textOf } from "./text.ts";
import { isKind, typeName, type Value } from "./values.ts";

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?(.)?/gs;

/** Python's `text % values`. Throws for a directive that Python does not know and for too few or too many values. */
export function formatPercent(text: string, values: Value): string {
  const given = isKind(values, "tuple") ? values.items : [values];
  let used = 0;
  const next = (): Value => {
    const value = given[used];
    if (value === undefined) throw templateFault("not enough arguments for format string");
    used += 1;
    return value;
  };
  let named = false;
  const valueOf = (name: string | undefined): Value => {
    if (name === undefined) return next();
    named = true;
    const value = isKind(values, "dict") ? entryOf(values, name) : undefined;
    if (value === undefined) throw templateFault(`no value for '${name}' in the format's values`);
    return value;
  };
  const formatted = text.replace(DIRECTIVE, (...match: (string | undefined)[]) => {
    const [, name, flags = "", width, precision, conversion] = match;
    if (conversion === "%") return "%";
    const size = (field: string | undefined) => (field === "*" ? Number(textOf(next())) : field && Number(field));
    const style = { flags, width: size(width) || 0, precision: size(precision) };
    if (style.width > LONGEST_TEXT) throw templateFault("width too big");
    return pad(convert(conversion ?? "", valueOf(name), style.precision || undefined, style.flags), style);
  });
  if (!named && used < given.length && !isKind(values, "dict")) {
    throw templateFault("not all arguments converted during string formatting");
  }
  spendText(formatted.length);
  return formatted;
}

interface Style {
  flags: string;
  width: number;
}

function pad(text: string, { flags, width }: Style): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || !/^[-+ ]?\d/.test(text)) return text.padStart(width);
  const sign = /^[-+ ]/.test(text) ? text.slice(0, 1) : "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

function convert(conversion: string, value: Value, precision: number | undefined, flags: string): string {
  if (conversion === "s") return cut(textOf(value), precision);
  if (conversion === "r" || conversion === "a") return cut(reprOf(value), precision);
  if (conversion === "c") return typeof value === "bigint" ? String.fromCodePoint(Number(value)) : textOf(value);
  if (!/^[dioxXeEfFgGu]$/.test(conversion)) throw templateFault(`unsupported format character '${conversion}'`);
  const number = numberOf(value);
  if (number === undefined) throw templateFault(`%${conversion} format: a number is required, not ${typeName(value)}`);
  const text = numberText(number, conversion === "i" || conversion === "u" ? "d" : conversion, precision);
  if (text.startsWith("-") || !/[+ ]/.test(flags)) return text;
  return (flags.includes("+") ? "+" : " ") + text;
}

const cut = (text: string, precision: number | undefined) =>
  precision === undefined ? text : Array.from(text).slice(0, precision).join("");

/** A number in one of the presentations of Python's formats. Throws for one that does not exist. */
export function numberText(value: bigint | number, presentation: string, precision = 6): string {
  if (precision > 100) throw templateFault("precision too big");
  const integer = () => (typeof value === "bigint" ? value : BigInt(Math.trunc(value)));
  switch (presentation) {
    case "d":
      return integer().toString();
    case "x":
      return integer().toString(16);
    case "X":
      return integer().toString(16).toUpperCase();
    case "o":
      return integer().toString(8);
    case "b":
      return integer().toString(2);
    case "e":
    case "E": {
      const text = Number(value)
        .toExponential(precision)
        .replace(/e([+-])(\d)$/, "e$10$2");
      return presentation === "E" ? text.toUpperCase() : text;
    }
    case "f":
    case "F":
      return fixedText(value, precision);
    case "g":
    case "G":
      return generalText(Number(value), precision || 1);
    default:
      throw templateFault(`Unknown format code '${presentation}'`);
  }
}

/** Number of decimals that a float is written with: JavaScript and Python both round its exact binary value. */
function fixedText(value: bigint | number, precision: number): string {
  const number = Number(value);
  if (Math.abs(number) < 1e21) return number.toFixed(precision);
  return `${BigInt(value)}${precision > 0 ? `.${"0".repeat(precision)}` : ""}`;
}

function generalText(value: number, precision: number): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(precision - 1).split("e")[1]);
  if (exponent < -4 || exponent >= precision) {
    return value
      .toExponential(precision - 1)
      .replace(/\.?0+e/, "e")
      .replace(/e([+-])(\d)$/, "e$10$2");
  }
  const text = value.toFixed(Math.max(0, precision - 1 - exponent));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
