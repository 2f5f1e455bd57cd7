import { floatText } from "../python-text.ts";
import { numberOf } from "./equality.ts";
import { LONGEST_TEXT, spendText } from "./meter.ts";
import { numberText } from "./percent-format.ts";
import { templateFault } from "./template-errors.ts";
import { reprOf, textOf } from "./text.ts";
import type { Arguments, Value } from "./values.ts";

const FIELD = /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*))?\}|[{}]/g;

/** Python's `text.format(…)`. Throws for fields that are not given; attributes of values cannot be named in a field. */
export function formatBraces(text: string, { positional, named }: Arguments): string {
  let automatic = 0;
  const formatted = text.replace(FIELD, (whole: string, field?: string, conversion?: string, style?: string) => {
    if (whole === "{{" || whole === "}}") return whole.slice(0, 1);
    if (field === undefined) throw templateFault(`Single '${whole}' encountered in format string`);
    if (/[.[]/.test(field)) throw templateFault("Attributes cannot be named in a format string");
    if (field === "") automatic += 1;
    const place = field === "" ? automatic - 1 : Number(field);
    const value = Number.isInteger(place) ? positional[place] : named.get(field);
    if (value === undefined) throw templateFault(`Nothing is given for the field '{${field}}' of the format string`);
    const converted = conversion === undefined ? value : conversion === "s" ? textOf(value) : reprOf(value);
    return formatStyled(converted, style ?? "");
  });
  spendText(formatted.length);
  return formatted;
}

const STYLE = /^(?:([^])?([<>=^]))?([-+ ]?)(0?)(\d*)([,_]?)(?:\.(\d+))?([a-zA-Z%]?)$/u;

function formatStyled(value: Value, style: string): string {
  const match = STYLE.exec(style);
  if (!match) throw templateFault(`Invalid format specifier '${style}'`);
  const [, fill, align, sign = "", zero, width, grouping = "", precision, type = ""] = match;
  const number = numberOf(value);
  const isNumber = number !== undefined && (typeof value !== "boolean" || type !== "");
  const digits = precision === undefined ? undefined : Number(precision);
  const text = isNumber ? styledNumber(number, type, digits, grouping, sign) : styledText(value, type, digits);
  const size = Number(width);
  if (size > LONGEST_TEXT) throw templateFault("Format width too big");
  return aligned(text, size, align ?? (zero ? "=" : isNumber ? ">" : "<"), fill ?? (zero ? "0" : " "));
}

function styledText(value: Value, type: string, digits: number | undefined): string {
  if (type !== "" && type !== "s") throw templateFault(`Unknown format code '${type}'`);
  const text = textOf(value);
  return digits === undefined ? text : Array.from(text).slice(0, digits).join("");
}

function styledNumber(
  value: bigint | number,
  type: string,
  digits: number | undefined,
  grouping: string,
  sign: string,
): string {
  const plain = plainNumber(value, type, digits);
  const [, minus = "", whole = "", rest = ""] = /^(-?)(\d+)(.*)$/s.exec(plain) ?? ["", "", plain, ""];
  const grouped = grouping ? whole.replace(/\B(?=(?:\d{3})+$)/g, grouping) : whole;
  return (minus || sign.replace("-", "")) + grouped + rest;
}

function plainNumber(value: bigint | number, type: string, digits: number | undefined): string {
  if (type === "%") return `${numberText(Number(value) * 100, "f", digits)}%`;
  if (type !== "") {
    if ("dxXob".includes(type) && typeof value === "number") {
      throw templateFault(`Unknown format code '${type}' for object of type 'float'`);
    }
    return numberText(value, type, digits);
  }
  if (digits !== undefined) return numberText(value, "g", digits);
  return typeof value === "bigint" ? value.toString() : floatText(value);
}

function aligned(text: string, width: number, align: string, fill: string): string {
  const missing = Math.max(0, width - Array.from(text).length);
  if (align === "<") return text + fill.repeat(missing);
  if (align === ">") return fill.repeat(missing) + text;
  if (align === "^") return fill.repeat(Math.floor(missing / 2)) + text + fill.repeat(Math.ceil(missing / 2));
  const sign = /^[-+ ]/.test(text) ? text.slice(0, 1) : "";
  return sign + fill.repeat(missing) + text.slice(sign.length);
}
