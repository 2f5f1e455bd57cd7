import { BINDING } from "./binding.ts";
import { toNumber } from "./casts.ts";
import { type Cursor, peek, take, textAt } from "./cursor.ts";
import { parseInterval, spanOf } from "./dates.ts";
import { refuseSql, type Span } from "./terms.ts";

/** `interval '1 day'`, `interval 1 day`, `interval (n) day`. */
export function parseSpans(cursor: Cursor): Span[] {
  const token = take(cursor, "interval");
  if (["-", "+"].includes(textAt(cursor)))
    throw refuseSql(peek(cursor), "the count of an interval needs brackets, as in (-1)");
  const value = cursor.expression(cursor, BINDING.unary);
  if (value.text !== undefined && /[a-z]/i.test(value.text)) return parseInterval(value.text, token);
  const unit = take(cursor);
  // DuckDB cuts the digits of a count off.
  const count = value.kind === "integer" ? value.sql : `CAST(${toNumber(value)} AS INTEGER)`;
  return [spanOf(value.text ?? count, unit.text, unit)];
}
