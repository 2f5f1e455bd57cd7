import type { CsvColumn } from "./csv.ts";
import type { CsvDialect } from "./csv-dialect.ts";

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** What JSON shows of a field: nothing as null, plain numbers as numbers, codes such as `007` and all else as text. */
export function cellOf(text: string, { decimal }: Pick<CsvDialect, "decimal">): string | number | null {
  if (text === "") return null;
  const dotted = decimal === "," ? text.replace(",", ".") : text;
  if (!NUMBER.test(dotted)) return text;
  const value = Number(dotted);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value;
}

/** Whether the field is a number as `cellOf` understands it, however large. */
export const isNumberText = (text: string, { decimal }: Pick<CsvDialect, "decimal">) =>
  NUMBER.test(decimal === "," ? text.replace(",", ".") : text);

/** What programs write into a column of numbers where they have none; those of pandas and DuckDB. */
const NO_NUMBERS = new Set(["", "nan", "na", "n/a", "#n/a", "<na>", "null", "none", "nat", "inf", "infinity"]);

/** Whether a field among numbers stands for a missing or endless one, of which JSON knows neither. */
export const isNoNumber = (text: string) => NO_NUMBERS.has(text.replace(/^[+-]/, "").toLowerCase());

/** Every field of a row as text, each named by its position: names of a header may be repeated. */
export function textFields({ column_count }: CsvDialect): CsvColumn[] {
  return Array.from({ length: column_count }, (_, field) => ({
    name: String(field),
    type: "text",
    required: false,
    field,
  }));
}

/** The names of the header, `column_1` and so on where it has none. */
export function fieldNames({ header, column_count }: CsvDialect): string[] {
  return Array.from({ length: column_count }, (_, field) => header?.[field] || `column_${field + 1}`);
}
