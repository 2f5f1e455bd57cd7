import type { AsyncBuffer } from "hyparquet";
import { cellOf, fieldNames, isNoNumber, isNumberText, textFields } from "./csv-cell.ts";
import { type CsvColumn, type CsvRows, parseCsvRows } from "./csv.ts";
import { type CsvDialect, SNIFFED_BYTES, sniffCsv } from "./csv-dialect.ts";
import { isTimeText } from "./csv-times.ts";
import type { TableBatch, TableSource } from "./table-source.ts";

/** Read at once; what is in memory is a few times this. */
const WINDOW_BYTES = 2 * 1024 * 1024;
const SAMPLED_ROWS = 1000;

/** A column and what is known of its values so far. */
interface Field {
  name: string;
  type: CsvColumn["type"];
  /** All numbers so far are whole. */
  whole: boolean;
  /** A value is missing. */
  gaps: boolean;
}

/** A CSV file as a table; rows with too few or too many fields are no rows of it. Throws `unprocessable` when it is none. */
export async function openCsvTable(file: AsyncBuffer): Promise<TableSource> {
  const sample = new Uint8Array(await file.slice(0, Math.min(file.byteLength, SNIFFED_BYTES)));
  const complete = sample.length === file.byteLength;
  const dialect = sniffCsv(sample, complete);
  const fields = sampleFields(dialect, sample, complete);
  return {
    batches: () => readBatches(file, dialect, fields),
    columns: () =>
      fields.map(({ name, type, whole, gaps }) => ({
        name,
        dtype: type !== "number" ? "object" : whole && !gaps ? "int64" : "float64",
      })),
  };
}

/** Types as the first rows suggest them. */
function sampleFields(dialect: CsvDialect, sample: Uint8Array, complete: boolean): Field[] {
  const bytes = sample.subarray(dialect.data_offset, complete ? sample.length : sample.lastIndexOf(10) + 1);
  const rows = parseCsvRows(dialect, textFields(dialect), { bytes, line: 1, last: true });
  return fieldNames(dialect).map((name, field) => {
    const texts = textsOf(rows, field).slice(0, SAMPLED_ROWS);
    const numbers = texts.filter((text) => !isNoNumber(text));
    const isNumber = numbers.every((text) => isNumberText(text, dialect));
    const filled = isNumber ? numbers : texts.filter((text) => text !== "");
    const type = isNumber ? "number" : filled.every((text) => isTimeText(text)) ? "time" : "text";
    return { name, type, whole: filled.length > 0, gaps: false };
  });
}

async function* readBatches(file: AsyncBuffer, dialect: CsvDialect, fields: Field[]): AsyncGenerator<TableBatch> {
  for (let offset = dialect.data_offset; offset < file.byteLength;) {
    const end = Math.min(file.byteLength, offset + WINDOW_BYTES);
    const bytes = new Uint8Array(await file.slice(offset, end));
    const rows = parseTyped(dialect, fields, { bytes, line: 1, last: end === file.byteLength });
    const columns = fields.map((field, index) => observe(field, rows, index));
    yield {
      row_count: rows.row_count,
      firstRows: async (limit) => textRows(dialect, bytes, rows, { fields, limit }),
      numbers: async (column) => columns[column] ?? null,
      cells: async (column) => textCells(dialect, bytes, rows, { fields, column }),
    };
    offset += rows.consumed;
  }
}

/** The rows of a window; a column with a text among its numbers or times becomes one of texts, from here on. */
function parseTyped(dialect: CsvDialect, fields: Field[], window: Parameters<typeof parseCsvRows>[2]): CsvRows {
  const wanted = fields.flatMap(({ type }, field): CsvColumn[] =>
    type === "text" ? [] : [{ name: String(field), type, required: false, field }],
  );
  const typed = parseCsvRows(dialect, wanted, window);
  if (typed.bad_count === 0) return typed;
  // Which column spoiled the rows is only seen one by one; files with such rows are few.
  const plain = parseCsvRows(dialect, [], window);
  for (const column of wanted) {
    if (parseCsvRows(dialect, [column], window).bad_count === plain.bad_count) continue;
    const field = fields[column.field];
    if (field) field.type = "text";
  }
  return parseCsvRows(
    dialect,
    wanted.filter(({ field }) => fields[field]?.type !== "text"),
    window,
  );
}

/** The numbers of a column in a window, after its field has learned from them; null for texts. */
function observe(field: Field, rows: CsvRows, index: number): Float64Array | null {
  const values = rows.columns.get(String(index));
  if (!(values instanceof Float64Array)) return null;
  const numbers = values.subarray(0, rows.row_count);
  for (const value of field.type === "number" ? numbers : []) {
    if (Number.isNaN(value)) field.gaps = true;
    else if (!Number.isInteger(value)) field.whole = false;
  }
  return numbers;
}

function textRows(
  dialect: CsvDialect,
  bytes: Uint8Array,
  rows: CsvRows,
  { fields, limit }: { fields: readonly Field[]; limit: number },
): unknown[][] {
  const count = Math.min(limit, rows.row_count);
  if (count === 0) return [];
  const end = count < rows.row_count ? (rows.starts[count] ?? 0) : rows.consumed;
  const window = { bytes: bytes.subarray(rows.starts[0] ?? 0, end), line: 1, last: true };
  const texts = parseCsvRows(dialect, textFields(dialect), window);
  const columns = Array.from({ length: dialect.column_count }, (_, field) => textsOf(texts, field));
  return Array.from({ length: count }, (_, row) =>
    columns.map((column, field) => cellIn(fields[field], column[row] ?? "", dialect)),
  );
}

/** A column of a window's rows, as `textRows` shows it. */
function textCells(
  dialect: CsvDialect,
  bytes: Uint8Array,
  rows: CsvRows,
  { fields, column }: { fields: readonly Field[]; column: number },
): unknown[] {
  const window = { bytes: bytes.subarray(0, rows.consumed), line: 1, last: true };
  const texts = parseCsvRows(
    dialect,
    textFields(dialect).filter(({ field }) => field === column),
    window,
  );
  return textsOf(texts, column).map((text) => cellIn(fields[column], text, dialect));
}

/** A field as JSON shows it among the others of its column. */
const cellIn = (field: Field | undefined, text: string, dialect: CsvDialect) =>
  field?.type === "number" && isNoNumber(text) ? null : cellOf(text, dialect);

function textsOf(rows: CsvRows, field: number): string[] {
  const values = rows.columns.get(String(field));
  return Array.isArray(values) ? values : [];
}
