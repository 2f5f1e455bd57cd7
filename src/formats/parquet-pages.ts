import {
  type AsyncBuffer,
  type ColumnMetaData,
  type DecodedArray,
  type FileMetaData,
  type ParquetParsers,
  parquetScan,
  type RowGroup,
  type SchemaElement,
} from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { MOST_PAGE_BYTES, parquetCodecs } from "./parquet-codecs.ts";

/** Decoded at once where the pages are as small; what is in memory meanwhile is many times a value's own size. */
const ROWS_OF_RUN = 65_536;
/** In memory while a column is read. */
const MOST_CHUNK_BYTES = 64 * 1024 * 1024;
/** In lists and the like, of one part of a column of a row group. */
const MOST_VALUES_OF_NESTED = 4_194_304;
/** The reader takes an offset of zero for none. */
const LEADING_BYTES = 4;

interface ColumnRequest {
  metadata: FileMetaData;
  group: RowGroup;
  /** A column that is not inside another. */
  element: SchemaElement;
  /** Rows that are wanted, from the first on. */
  row_count: number;
  parsers: Partial<ParquetParsers>;
}

/**
 * The values of a column of a row group, some pages at a time: pandas writes a million rows as one group, and the reader
 * by itself would decode them at once. Throws what the reader throws.
 */
export async function* readRuns(
  file: AsyncBuffer,
  { metadata, group, element, row_count, parsers }: ColumnRequest,
): AsyncGenerator<DecodedArray> {
  const column = element.name;
  const options = { columns: [column], compressors: parquetCodecs, parsers, utf8: false, useOffsetIndex: false };
  const chunk = group.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === column);
  const isNested = element.num_children || element.repetition_type === "REPEATED";
  if (!chunk?.meta_data || isNested) {
    // Its parts are read for their headers first: the reader makes room for as many values as these say.
    for (const { meta_data } of group.columns) {
      if (meta_data?.path_in_schema[0] !== column) continue;
      for (const _ of planRuns(await readChunk(file, meta_data), MOST_VALUES_OF_NESTED));
    }
    const part = { ...metadata, row_groups: [group], num_rows: group.num_rows };
    const scan = await parquetScan({ ...options, file, metadata: part });
    yield await scan.readColumn({ column, rowStart: 0, rowEnd: row_count });
    return;
  }
  const { meta_data } = chunk;
  const bytes = await readChunk(file, meta_data);
  let left = row_count;
  for (const { rows, dictionary, pages } of planRuns(bytes, Number(group.num_rows))) {
    const run = new Uint8Array(LEADING_BYTES + dictionary.length + pages.length);
    run.set(dictionary, LEADING_BYTES);
    run.set(pages, LEADING_BYTES + dictionary.length);
    const place = {
      ...(dictionary.length > 0 ? { dictionary_page_offset: BigInt(LEADING_BYTES) } : {}),
      data_page_offset: BigInt(LEADING_BYTES + dictionary.length),
      total_compressed_size: BigInt(run.length - LEADING_BYTES),
    };
    const { dictionary_page_offset: _, ...known } = meta_data;
    const part = { ...group, columns: [{ ...chunk, meta_data: { ...known, ...place } }], num_rows: BigInt(rows) };
    const scan = await parquetScan({
      ...options,
      file: run.buffer,
      metadata: { ...metadata, row_groups: [part], num_rows: part.num_rows },
    });
    yield await scan.readColumn({ column, rowStart: 0, rowEnd: Math.min(left, rows) });
    left -= rows;
    if (left <= 0) return;
  }
  if (left > 0) throw new RangeError("A column has fewer rows than its group");
}

async function readChunk(file: AsyncBuffer, meta_data: ColumnMetaData): Promise<Uint8Array> {
  const start = Number(meta_data.dictionary_page_offset || meta_data.data_page_offset);
  const length = Number(meta_data.total_compressed_size);
  if (!(length <= MOST_CHUNK_BYTES)) throw new RangeError("A column is too large to be read");
  return new Uint8Array(await file.slice(start, start + length));
}

interface Run {
  rows: number;
  dictionary: Uint8Array;
  pages: Uint8Array;
}

/**
 * Pages of a column chunk gathered until they have enough rows, each time with the dictionary before them. Throws when a
 * page is too large, or when there are more values than there may be.
 */
function* planRuns(bytes: Uint8Array, most_values: number): Generator<Run> {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let dictionary = bytes.subarray(0, 0);
  let begin = 0;
  let rows = 0;
  let values = 0;
  while (reader.offset < bytes.length) {
    const header_at = reader.offset;
    const header = parquetHeader(reader);
    const { type, compressed_page_size, data_page_header, data_page_header_v2 } = header;
    if (header.uncompressed_page_size > MOST_PAGE_BYTES) throw new RangeError("A page is too large to be read");
    values += data_page_header?.num_values ?? data_page_header_v2?.num_values ?? 0;
    if (values > most_values) throw new RangeError("A column has more values than its group");
    const end = reader.offset + compressed_page_size;
    if (end > bytes.length || end <= header_at) throw new RangeError("A page is longer than its column");
    reader.offset = end;
    if (type === "DICTIONARY_PAGE") {
      dictionary = bytes.subarray(header_at, end);
      begin = end;
      continue;
    }
    rows += data_page_header?.num_values ?? data_page_header_v2?.num_rows ?? 0;
    if (rows < ROWS_OF_RUN) continue;
    yield { rows, dictionary, pages: bytes.subarray(begin, end) };
    begin = end;
    rows = 0;
  }
  if (rows > 0) yield { rows, dictionary, pages: bytes.subarray(begin) };
}
