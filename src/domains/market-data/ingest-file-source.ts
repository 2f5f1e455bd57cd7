import Papa from "papaparse";
import type { Context } from "../../context.ts";
import { type CsvColumn, type CsvRows, parseCsvRows } from "../../formats/csv.ts";
import { type CsvDialect, notCsv, SNIFFED_BYTES, sniffCsv } from "../../formats/csv-dialect.ts";
import { readRange } from "../../platform/storage/ranges.ts";
import { type ChosenColumns, chooseColumns } from "./ingest-file-columns.ts";
import type { DataType } from "./tables.ts";

/** A CSV file in the lake. */
export interface CsvSource {
  object_key: string;
  size_bytes: number;
}

/** Where in a file a row begins. */
export interface CsvPosition {
  offset: number;
  line: number;
}

/** Read at once; what is in memory is a few times this. */
const WINDOW_BYTES = 2 * 1024 * 1024;
const SAMPLED_ROWS = 1000;

/** How the file is written and what is taken from it. Throws `unprocessable` when it is no CSV of this type. */
export async function openCsv(
  ctx: Context,
  source: CsvSource,
  data_type: DataType,
): Promise<ChosenColumns & { dialect: CsvDialect }> {
  if (source.size_bytes === 0) throw notCsv("is empty");
  const length = Math.min(source.size_bytes, SNIFFED_BYTES);
  const sample = new Uint8Array(await readRange(ctx.lake, source.object_key, { offset: 0, length }));
  const dialect = sniffCsv(sample, length === source.size_bytes);
  return { dialect, ...chooseColumns(dialect, data_type, sampleRows(sample, dialect)) };
}

/** The rows of a file from a position on, window by window; each with the byte at which its window begins. */
export async function* readCsv(
  ctx: Context,
  source: CsvSource,
  dialect: CsvDialect,
  columns: readonly CsvColumn[],
  from: CsvPosition,
): AsyncGenerator<{ rows: CsvRows; offset: number; next: CsvPosition }> {
  let { offset, line } = from;
  while (offset < source.size_bytes) {
    const length = Math.min(WINDOW_BYTES, source.size_bytes - offset);
    const bytes = new Uint8Array(await readRange(ctx.lake, source.object_key, { offset, length }));
    const rows = parseCsvRows(dialect, columns, { bytes, line, last: offset + length >= source.size_bytes });
    const next = { offset: offset + rows.consumed, line: rows.next_line };
    yield { rows, offset, next };
    ({ offset, line } = next);
  }
}

function sampleRows(sample: Uint8Array, { data_offset, delimiter }: CsvDialect): string[][] {
  const text = new TextDecoder().decode(sample.subarray(data_offset));
  const { data } = Papa.parse<string[]>(text, { delimiter, preview: SAMPLED_ROWS, skipEmptyLines: "greedy" });
  // The last row may be cut off where the sample ends.
  return data.length > 1 ? data.slice(0, -1) : data;
}
