import { BUCKET_PARTS, type Buckets, type ColumnPyramid } from "./pyramid.ts";
import type { TimeStyle } from "./time-labels.ts";

/**
 * Pyramids of a table's columns as bytes: the length of the header (4 bytes, little-endian), the header as JSON, blanks
 * up to a multiple of 8, then for each column its four arrays of little-endian float64.
 */
export interface PyramidHeader {
  /** Column that gives the places on the x axis; null for row numbers. */
  x: string | null;
  /** How that column's texts are written, where it has any and all are alike. */
  x_style?: TimeStyle;
  row_count: number;
  bucket_rows: number;
  bucket_count: number;
  /** Whether the extremes of a bucket are in the order of rows; absent where they are the least and the largest. */
  by_row?: true;
  columns: { name: string; point_count: number; first: StoredPoint; last: StoredPoint }[];
}

/** JSON has no infinity, which a place may be: it is a text. */
type StoredPoint = [number | string, number] | null;

const NUMBER_BYTES = 8;

/** The file of columns that have equally many rows; at least one. */
export function writePyramids(
  x: string | null,
  columns: ReadonlyMap<string, ColumnPyramid>,
  x_style: TimeStyle | null = null,
): Uint8Array<ArrayBuffer> {
  const [model] = columns.values();
  if (!model) throw new RangeError("A pyramid needs a column");
  const bucket_count = model.buckets.early.length;
  const header: PyramidHeader = {
    x,
    ...(x_style === null ? {} : { x_style }),
    row_count: model.row_count,
    bucket_rows: model.bucket_rows,
    bucket_count,
    by_row: true,
    columns: [...columns].map(([name, { point_count, first, last }]) => {
      return { name, point_count, first: storePoint(first), last: storePoint(last) };
    }),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const data_offset = Math.ceil((4 + text.length) / NUMBER_BYTES) * NUMBER_BYTES;
  const bytes = new Uint8Array(data_offset + columns.size * columnBytes(header)).fill(32, 0, data_offset);
  new DataView(bytes.buffer).setUint32(0, data_offset - 4, true);
  bytes.set(text, 4);
  let offset = data_offset;
  for (const { buckets } of columns.values()) {
    for (const part of BUCKET_PARTS) {
      new Float64Array(bytes.buffer, offset, bucket_count).set(buckets[part]);
      offset += bucket_count * NUMBER_BYTES;
    }
  }
  return bytes;
}

/** The header from the first bytes of a file, which must hold all of it. */
export function readPyramidHeader(bytes: Uint8Array): PyramidHeader {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  // Only files that `writePyramids` made are read.
  return JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as PyramidHeader;
}

/** Where in the file a column is; null for one that is not there. `start` is the first of its bytes. */
export function findPyramid(bytes: Uint8Array, header: PyramidHeader, name: string) {
  const index = header.columns.findIndex((column) => column.name === name);
  if (index === -1) return null;
  const data_offset = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return { offset: data_offset + index * columnBytes(header), length: columnBytes(header) };
}

/** A column from its own bytes. */
export function readPyramid(bytes: Uint8Array, header: PyramidHeader, name: string): ColumnPyramid {
  const { bucket_count, bucket_rows, row_count } = header;
  const numbers = new Float64Array(bytes.slice().buffer, 0, bucket_count * BUCKET_PARTS.length);
  const part = (index: number) => numbers.subarray(index * bucket_count, (index + 1) * bucket_count);
  const buckets: Buckets = { early: part(0), late: part(1), early_x: part(2), late_x: part(3) };
  if (!header.by_row) orderByPlace(buckets);
  const column = header.columns.find((known) => known.name === name);
  const { point_count = 0, first = null, last = null } = column ?? {};
  return { buckets, bucket_rows, row_count, point_count, first: loadPoint(first), last: loadPoint(last) };
}

const storePoint = (point: [number, number] | null): StoredPoint =>
  point && [Number.isFinite(point[0]) ? point[0] : String(point[0]), point[1]];

const loadPoint = (point: StoredPoint): [number, number] | null => point && [Number(point[0]), point[1]];

function orderByPlace({ early, late, early_x, late_x }: Buckets): void {
  for (const [index, place] of early_x.entries()) {
    const later = late_x[index] as number;
    if (!(place > later)) continue;
    [early[index], late[index]] = [late[index] as number, early[index] as number];
    [early_x[index], late_x[index]] = [later, place];
  }
}

const columnBytes = ({ bucket_count }: PyramidHeader) => bucket_count * BUCKET_PARTS.length * NUMBER_BYTES;
