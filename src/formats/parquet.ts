import {
  type AsyncBuffer,
  type DecodedArray,
  type FileMetaData,
  parquetMetadata,
  parquetScan,
  type RowGroup,
} from "hyparquet";
import { fromInt64 } from "./int64.ts";
import type { NumberColumns } from "./json-rows.ts";
import { parquetCodecs } from "./parquet-codecs.ts";
import { sliceValues, type TableColumns, type TableValues } from "./table.ts";
import { lowerBound } from "./timed-rows.ts";

/** Schema, row groups, byte ranges and statistics of a file. */
export type ParquetFooter = FileMetaData;

/** Bytes `start` up to `end` (exclusive) of a file. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Hands out bytes of a file; asked for few large ranges rather than many small ones. */
export type ReadRange = (range: ByteRange) => Promise<ArrayBuffer>;

/** What a reader wants: rows with `from <= ts < to`, in ms, of these columns in this order. */
export interface Selection {
  from: number;
  to: number;
  columns: readonly string[];
}

/** Unwanted bytes between two wanted ranges that are cheaper to read than a request of their own. */
const GAP_BYTES = 64 * 1024;

/** Bytes in memory at once; a file is read window by window. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** Reads the footer from the last bytes of a file; throws when they are not the end of a Parquet file. */
export function parseFooter(tail: Uint8Array): ParquetFooter {
  return parquetMetadata(tail, { geoparquet: false });
}

/** Names of the file's columns, in its order. */
export function columnNames(footer: ParquetFooter): string[] {
  return footer.schema.slice(1).map((element) => element.name);
}

/** Names of the file's columns that hold texts. */
export function textColumnNames(footer: ParquetFooter): string[] {
  return footer.schema.filter(({ converted_type }) => converted_type === "UTF8").map(({ name }) => name);
}

/**
 * The wanted rows, one piece per row group in the file's order. Row groups whose statistics exclude the range are
 * not read; what is read is planned first, then fetched in coalesced ranges. Rows must be sorted by `ts`.
 */
export function readRows(
  footer: ParquetFooter,
  readRange: ReadRange,
  selection: Selection,
): AsyncGenerator<NumberColumns> {
  return readPieces(footer, readRange, selection, (columns) => selectRows(columns, selection, toDoubles));
}

/** The same with texts as texts; columns that the file does not have are left out. */
export function readTableRows(
  footer: ParquetFooter,
  readRange: ReadRange,
  selection: Selection,
): AsyncGenerator<TableColumns> {
  const stored = columnNames(footer);
  const present = { ...selection, columns: selection.columns.filter((name) => stored.includes(name)) };
  return readPieces(footer, readRange, present, (columns) => selectRows<TableValues>(columns, present, toValues));
}

async function* readPieces<Piece>(
  footer: ParquetFooter,
  readRange: ReadRange,
  selection: Selection,
  select: (columns: ReadonlyMap<string, DecodedArray>) => Piece,
): AsyncGenerator<Piece> {
  const needed = [...new Set(["ts", ...selection.columns])];
  for (const window of planWindows(footer, selection, needed)) {
    const file = await fetchWindow(footer, window, readRange);
    const scan = await parquetScan({
      file,
      metadata: footer,
      columns: needed,
      compressors: parquetCodecs,
      useOffsetIndex: false,
    });
    for (const { rowStart, rowEnd } of window.groups) {
      const columns = new Map<string, DecodedArray>();
      for (const column of needed) columns.set(column, await scan.readColumn({ column, rowStart, rowEnd }));
      yield select(columns);
    }
  }
}

interface PlannedGroup {
  rowStart: number;
  rowEnd: number;
  ranges: ByteRange[];
}

interface Window {
  groups: PlannedGroup[];
  ranges: ByteRange[];
}

/** Row groups that can hold wanted rows, gathered until their bytes fill a window. */
function planWindows(footer: ParquetFooter, selection: Selection, columns: readonly string[]): Window[] {
  const windows: Window[] = [];
  for (const group of planGroups(footer, selection, columns)) {
    const last = windows.at(-1);
    const joined = last && coalesce([...last.ranges, ...group.ranges]);
    if (last && joined && sizeOf(joined) <= WINDOW_BYTES) {
      last.groups.push(group);
      last.ranges = joined;
    } else {
      windows.push({ groups: [group], ranges: coalesce(group.ranges) });
    }
  }
  return windows;
}

function planGroups(footer: ParquetFooter, selection: Selection, columns: readonly string[]): PlannedGroup[] {
  const planned: PlannedGroup[] = [];
  let rowStart = 0;
  for (const group of footer.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    if (mayHoldRows(group, selection)) planned.push({ rowStart, rowEnd, ranges: chunkRanges(group, columns) });
    rowStart = rowEnd;
  }
  return planned;
}

function mayHoldRows(group: RowGroup, { from, to }: Selection): boolean {
  const chunk = group.columns.find((column) => column.meta_data?.path_in_schema[0] === "ts");
  const { min_value, max_value } = chunk?.meta_data?.statistics ?? {};
  if (group.num_rows === 0n) return false;
  if (min_value === undefined || max_value === undefined) return true;
  return Number(max_value) >= from && Number(min_value) < to;
}

function chunkRanges(group: RowGroup, columns: readonly string[]): ByteRange[] {
  return group.columns.flatMap(({ meta_data }) => {
    if (!meta_data || !columns.includes(meta_data.path_in_schema[0] ?? "")) return [];
    const start = Number(meta_data.dictionary_page_offset ?? meta_data.data_page_offset);
    return [{ start, end: start + Number(meta_data.total_compressed_size) }];
  });
}

function coalesce(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: ByteRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && range.start - last.end <= GAP_BYTES) last.end = Math.max(last.end, range.end);
    else joined.push({ ...range });
  }
  return joined;
}

const sizeOf = (ranges: readonly ByteRange[]) => ranges.reduce((sum, range) => sum + range.end - range.start, 0);

async function fetchWindow(footer: ParquetFooter, { ranges }: Window, readRange: ReadRange): Promise<AsyncBuffer> {
  const pieces = await Promise.all(ranges.map(async (range) => ({ range, bytes: await readRange(range) })));
  return {
    byteLength: Math.max(0, ...ranges.map((range) => range.end)) + footer.metadata_length,
    slice(start, end) {
      const piece = pieces.find(({ range }) => range.start <= start && (end ?? start) <= range.end);
      if (!piece) throw new RangeError("The reader asked for bytes outside its plan");
      return piece.bytes.slice(start - piece.range.start, (end ?? start) - piece.range.start);
    },
  };
}

function toDoubles(values: DecodedArray): Float64Array {
  if (values instanceof Float64Array) return values;
  if (values instanceof BigInt64Array) return fromInt64(values);
  return Float64Array.from(values as ArrayLike<unknown>, (value) =>
    value === null || value === undefined ? Number.NaN : Number(value),
  );
}

/** A column as it came: numbers with NaN for a missing one, or texts. */
export function toValues(values: ArrayLike<unknown>): TableValues {
  if (values instanceof Float64Array) return values;
  if (values instanceof BigInt64Array) return fromInt64(values);
  if (Array.prototype.some.call(values, (value) => typeof value === "string")) {
    return Array.from(values, (value) => String(value ?? ""));
  }
  return Float64Array.from(values, (value) => Number(value ?? Number.NaN));
}

/** The rows of a piece whose `ts` is in the range. */
function selectRows<Values extends TableValues>(
  columns: ReadonlyMap<string, DecodedArray>,
  selection: Selection,
  decode: (values: DecodedArray) => Values,
): Map<string, Values> {
  const decoded = new Map([...columns].map(([name, values]) => [name, decode(values)]));
  const times = decoded.get("ts");
  const ts = times instanceof Float64Array ? times : new Float64Array();
  const start = lowerBound(ts, selection.from);
  const end = Math.max(start, lowerBound(ts, selection.to));
  return new Map(selection.columns.map((name) => [name, sliceValues(decoded.get(name) ?? decode([]), start, end)]));
}
