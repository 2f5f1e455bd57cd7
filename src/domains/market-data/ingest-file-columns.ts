import { CANDLE_COLUMNS } from "../../formats/candles.ts";
import type { CsvColumn } from "../../formats/csv.ts";
import { type CsvDialect, notCsv } from "../../formats/csv-dialect.ts";
import { holdsCandles } from "./ingest-file-params.ts";
import type { DataType } from "./tables.ts";

/** What is taken from a file, and what is not. */
export interface ChosenColumns {
  columns: CsvColumn[];
  /** Columns of the file that candles have no place for. */
  ignored: string[];
}

const NUMBER = /^[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?$/;

/**
 * Columns by the names of the header, else, when there is none or it has no `ts`, six in the order of a candle. Columns
 * of ticks and other data hold numbers when all of `samples` do. Throws `unprocessable` when the file has neither form.
 */
export function chooseColumns(dialect: CsvDialect, data_type: DataType, samples: readonly string[][]): ChosenColumns {
  const names = namesOf(dialect);
  const fieldOf = (name: string) => names.indexOf(name);
  if (!holdsCandles(data_type))
    return { columns: names.map((name, field) => columnOf(name, field, samples)), ignored: [] };
  const missing = CANDLE_COLUMNS.filter((name) => fieldOf(name) === -1);
  if (missing.length > 0)
    throw notCsv(`has no column ${missing.join(", ")}; candles need ${CANDLE_COLUMNS.join(", ")}`);
  const columns = CANDLE_COLUMNS.map((name): CsvColumn => ({
    name,
    type: name === "ts" ? "time" : "number",
    required: true,
    field: fieldOf(name),
  }));
  const known: readonly string[] = CANDLE_COLUMNS;
  return { columns, ignored: names.filter((name) => !known.includes(name)) };
}

function namesOf({ header, column_count }: CsvDialect): string[] {
  const names = (header ?? []).map((name, field) => name || `column_${field + 1}`);
  const lower = names.map((name) => name.toLowerCase());
  const standard = ["ts", ...CANDLE_COLUMNS];
  const named = names.map((name, field) => (standard.includes(lower[field] ?? "") ? (lower[field] ?? name) : name));
  if (named.includes("ts")) {
    const repeated = named.find((name, field) => named.indexOf(name) !== field);
    if (repeated !== undefined) throw notCsv(`has two columns ${repeated}`);
    return named;
  }
  if (column_count === CANDLE_COLUMNS.length) return [...CANDLE_COLUMNS];
  const found = header ? `: ${names.join(", ")}` : "";
  throw notCsv(`has no column ts and ${column_count} columns instead of the six of a candle${found}`);
}

function columnOf(name: string, field: number, samples: readonly string[][]): CsvColumn {
  if (name === "ts") return { name, type: "time", required: true, field };
  const texts = samples.map((row) => row[field]?.trim() ?? "").filter((text) => text !== "");
  const isNumber = texts.length > 0 && texts.every((text) => NUMBER.test(text));
  return { name, type: isNumber ? "number" : "text", required: false, field };
}
