import { AppError, unprocessable } from "../../errors.ts";
import { type CsvColumn, parseCsvRows } from "../../formats/csv.ts";
import { SNIFFED_BYTES, sniffCsv } from "../../formats/csv-dialect.ts";
import { columnNames, parseFooter } from "../../formats/parquet.ts";
import { readTable } from "../../formats/parquet-table.ts";

/** Numbers of a feature file by column, rows ascending by `ts`; where rows have one `ts`, the last one counts. */
export interface FeatureTable {
  /** Ms UTC. */
  ts: Float64Array;
  columns: Map<string, Float64Array>;
  /** Columns that hold texts, which no answer can carry beside candles. */
  texts: string[];
}

type Columns = Map<string, Float64Array | string[]>;

/** A decoded file is in memory whole, beside the answer. */
const MOST_VALUES = 8_000_000;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^$/;

/**
 * Reads a Parquet or CSV file with a column `ts`. Throws `unprocessable` for `features`, naming the file, when it is
 * neither, has no `ts`, or is too large to be joined.
 */
export async function readFeatureTable(bytes: Uint8Array, name: string): Promise<FeatureTable> {
  try {
    const isParquet = new TextDecoder().decode(bytes.subarray(0, 4)) === "PAR1";
    const columns = isParquet ? await readParquet(bytes) : readCsv(bytes);
    return sortByTime(columns);
  } catch (error) {
    const reason = error instanceof AppError ? (error.errors[0]?.message ?? error.message) : "cannot be read";
    throw unreadable(`${name} ${reason}`);
  }
}

/** A refusal of what `features` names. */
export const unreadable = (message: string) => unprocessable([{ field: "features", message }]);

async function readParquet(bytes: Uint8Array): Promise<Columns> {
  const footer = parseFooter(bytes);
  refuseLarge(Number(footer.num_rows) * columnNames(footer).length);
  return (await readTable(bytes)).columns;
}

function readCsv(bytes: Uint8Array): Columns {
  const dialect = sniffCsv(bytes.subarray(0, SNIFFED_BYTES), bytes.length <= SNIFFED_BYTES);
  const { header } = dialect;
  if (!header?.includes("ts")) throw unreadable("has no column ts");
  const window = { bytes: bytes.subarray(dialect.data_offset), line: dialect.data_line, last: true };
  const parse = (type: "number" | "text") => {
    const columns = header.map((name, field): CsvColumn => {
      return { name, field, type: name === "ts" ? "time" : type, required: name === "ts" };
    });
    return parseCsvRows(dialect, columns, window);
  };
  // Mostly all columns are numbers; only a file that has others is read as texts.
  const numbers = parse("number");
  const rows = numbers.bad_count === 0 ? numbers : parse("text");
  const [bad] = rows.bad;
  if (bad) throw unreadable(`line ${bad.line}: ${bad.reason}`);
  refuseLarge(rows.row_count * header.length);
  return new Map([...rows.columns].map(([name, values]) => [name, toNumbers(values.slice(0, rows.row_count))]));
}

function toNumbers(values: Float64Array | string[]): Float64Array | string[] {
  if (!Array.isArray(values) || !values.every((text) => NUMBER.test(text.trim()))) return values;
  return Float64Array.from(values, (text) => (text.trim() === "" ? Number.NaN : Number(text)));
}

function sortByTime(columns: Columns): FeatureTable {
  const times = columns.get("ts");
  if (!(times instanceof Float64Array)) throw unreadable(times ? "has times that are no numbers" : "has no column ts");
  const timed = Array.from(times.keys()).filter((row) => !Number.isNaN(times[row]));
  const order = Uint32Array.from(timed).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  const pick = (values: Float64Array) => Float64Array.from(order, (row) => values[row] ?? Number.NaN);
  const table: FeatureTable = { ts: pick(times), columns: new Map(), texts: [] };
  for (const [name, values] of columns) {
    if (name === "ts") continue;
    if (values instanceof Float64Array) table.columns.set(name, pick(values));
    else table.texts.push(name);
  }
  return table;
}

function refuseLarge(values: number): void {
  if (values > MOST_VALUES) throw unreadable(`has ${values} values; at most ${MOST_VALUES} can be joined`);
}
