import type { Context } from "../../context.ts";
import type { NumberColumns } from "../../formats/json-rows.ts";
import {
  type ByteRange,
  parseFooter,
  type ParquetFooter,
  type ReadRange,
  readRows,
  readTableRows,
  type Selection,
} from "../../formats/parquet.ts";
import type { TableColumns } from "../../formats/table.ts";
import { ObjectChanged, readRange } from "../../platform/storage/ranges.ts";

/** Where a file of candles is and how long: the columns of a manifest row that a reader needs. */
export interface LakeFile {
  object_key: string;
  size_bytes: number;
  footer_bytes: number | null;
  time_from: number | null;
  time_to: number | null;
}

/** Up to this size a file of which everything is wanted is fetched at once, footer included. */
const WHOLE_FILE_BYTES = 4 * 1024 * 1024;

/** Covers the footer of our own files of up to 250,000 rows, for an entry that does not know its length. */
const USUAL_FOOTER_BYTES = 16 * 1024;

const FOOTERS_KEPT = 256;

/** Footers by object key; a key names its content, so an entry is never out of date. Oldest first. */
const footers = new Map<string, ParquetFooter>();

/**
 * The wanted rows of one file, a piece per row group. Throws `ObjectChanged` when the object is gone, which happens
 * when the file was rewritten after its manifest row was read: reading the row again helps.
 */
export async function* readLakeFile(ctx: Context, file: LakeFile, selection: Selection): AsyncGenerator<NumberColumns> {
  const fetchRange = rangesOf(ctx, file);
  const whole = wantsAll(file, selection) ? await fetchRange({ start: 0, end: file.size_bytes }) : null;
  const takeRange = whole ? async ({ start, end }: ByteRange) => whole.slice(start, end) : fetchRange;
  yield* readRows(await findFooter(file, takeRange), takeRange, selection);
}

/** The same of a file with columns of its own, texts among them; those that it does not have are left out. */
export async function* readLakeTable(ctx: Context, file: LakeFile, selection: Selection): AsyncGenerator<TableColumns> {
  const takeRange = rangesOf(ctx, file);
  yield* readTableRows(await findFooter(file, takeRange), takeRange, selection);
}

/** What a file says of its columns and row groups; throws as `readLakeFile` does. */
export function readLakeFooter(ctx: Context, file: LakeFile): Promise<ParquetFooter> {
  return findFooter(file, rangesOf(ctx, file));
}

function rangesOf(ctx: Context, { object_key }: LakeFile): ReadRange {
  return ({ start, end }) => readRange(ctx.lake, object_key, { offset: start, length: end - start });
}

/** The bytes of a whole object; throws as `readLakeFile` does. */
export async function readLakeObject(ctx: Context, key: string): Promise<Uint8Array> {
  const object = await ctx.lake.get(key);
  if (!object) throw new ObjectChanged();
  return new Uint8Array(await object.arrayBuffer());
}

function wantsAll(file: LakeFile, { from, to, columns }: Selection): boolean {
  if (file.size_bytes > WHOLE_FILE_BYTES || columns.length < 6) return false;
  return file.time_from !== null && file.time_to !== null && from <= file.time_from && file.time_to < to;
}

async function findFooter(file: LakeFile, takeRange: ReadRange): Promise<ParquetFooter> {
  const known = footers.get(file.object_key);
  if (known) return known;
  const footer_bytes = Math.min(file.size_bytes, file.footer_bytes ?? USUAL_FOOTER_BYTES);
  const tail = await takeRange({ start: file.size_bytes - footer_bytes, end: file.size_bytes });
  const footer = parseFooter(new Uint8Array(tail));
  const oldest = footers.keys().next();
  if (footers.size >= FOOTERS_KEPT && !oldest.done) footers.delete(oldest.value);
  footers.set(file.object_key, footer);
  return footer;
}
