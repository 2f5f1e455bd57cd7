import type { AsyncBuffer } from "hyparquet";
import { splitJson } from "./json-values.ts";
import { type Dtype, dtypeOf, type TableBatch, type TableSource, widerDtype } from "./table-source.ts";

const PIECE_BYTES = 1024 * 1024;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** Rows in which the columns are looked for. */
const ROWS_A_BATCH = 5000;

/** A JSON array of objects, or one object a line, as a table; what is no object is a row of the column `value`. */
export async function openJsonTable(file: AsyncBuffer): Promise<TableSource> {
  const types = new Map<string, Dtype>();
  return {
    async *batches() {
      let names: string[] | null = null;
      for await (const rows of gatherRows(splitJson(readPieces(file)))) {
        names ??= [...new Set(rows.flatMap((row) => Object.keys(row)))];
        for (const name of names) {
          const dtype = dtypeOf(rows.map((row) => row[name]));
          types.set(name, widerDtype(types.get(name) ?? dtype, dtype));
        }
        yield toBatch(rows, names);
      }
    },
    columns: () => [...types].map(([name, dtype]) => ({ name, dtype })),
  };
}

type JsonRow = Record<string, unknown>;

/** A value as a row of a table. */
export function toJsonRecord(value: unknown): JsonRow {
  // An object of JSON has texts as names and nothing else.
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRow) : { value };
}

function toBatch(rows: readonly JsonRow[], names: readonly string[]): TableBatch {
  return {
    row_count: rows.length,
    firstRows: async (limit) => rows.slice(0, limit).map((row) => names.map((name) => row[name] ?? null)),
    cells: async (column) => rows.map((row) => row[names[column] ?? ""] ?? null),
    numbers: async (column) => {
      const name = names[column] ?? "";
      const values = rows.map((row) => row[name] ?? Number.NaN);
      return values.every((value) => typeof value === "number") ? Float64Array.from(values) : null;
    },
  };
}

async function* readPieces(file: AsyncBuffer): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < file.byteLength; offset += PIECE_BYTES) {
    const piece = new Uint8Array(await file.slice(offset, Math.min(file.byteLength, offset + PIECE_BYTES)));
    const marked = offset === 0 && BYTE_ORDER_MARK.every((byte, index) => piece[index] === byte);
    yield marked ? piece.subarray(BYTE_ORDER_MARK.length) : piece;
  }
}

async function* gatherRows(pieces: AsyncIterable<unknown[]>): AsyncGenerator<JsonRow[]> {
  let rows: JsonRow[] = [];
  for await (const values of pieces) {
    for (const value of values) rows.push(toJsonRecord(value));
    for (; rows.length >= ROWS_A_BATCH; rows = rows.slice(ROWS_A_BATCH)) yield rows.slice(0, ROWS_A_BATCH);
  }
  if (rows.length > 0) yield rows;
}
