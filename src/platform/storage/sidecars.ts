import type { Context } from "../../context.ts";
import type { PreviewRange } from "../../formats/preview.ts";
import { readHead, type TableHead, writeHead } from "../../formats/preview-file.ts";
import { drawLine, type Points } from "../../formats/pyramid.ts";
import { findPyramid, readPyramid, readPyramidHeader, writePyramids } from "../../formats/pyramid-file.ts";
import { summarizeTable } from "../../formats/summarize-table.ts";
import type { TableSource } from "../../formats/table-source.ts";
import { putObject } from "./objects.ts";
import { findSidecar, SIDECAR } from "./objects.store.ts";
import { readRange } from "./ranges.ts";

type StorageContext = Pick<Context, "db" | "lake" | "now">;

interface SidecarsInput {
  /** Key of the stored file. */
  object_key: string;
  /** The file's rows, which are read once. */
  source: TableSource;
  /** What wrote the file, such as a job's id. */
  origin: string;
}

/** Beyond this much of a file of pyramids, one column is fetched by itself. */
const FIRST_READ_BYTES = 2 * 1024 * 1024;

/**
 * Stores what later reads of a table need beside its file: `<object key>.sidecar.preview.jsonl.<checksum>` has schema,
 * row count and the first 5,000 rows, `<object key>.sidecar.pyramid.bin.<checksum>` the extremes of every column of
 * numbers. Returns their keys, for `markLive` in the batch that shows the file; `markOrphaned` of the file takes them
 * along. Throws what the source throws.
 */
export async function writeSidecars(ctx: StorageContext, input: SidecarsInput): Promise<string[]> {
  const { object_key, source, origin } = input;
  const { head, pyramids } = await summarizeTable(takingTurns(source));
  const put = async (name: string, bytes: Uint8Array, content_type: string) => {
    const stored = await putObject(ctx, { path: `${object_key}${SIDECAR}${name}`, bytes, content_type, origin });
    return stored.key;
  };
  const preview = await put("preview.jsonl", writeHead(head), "application/x-ndjson");
  if (pyramids.columns.size === 0 || head.row_count === 0) return [preview];
  const bytes = writePyramids(pyramids.x, pyramids.columns);
  return [preview, await put("pyramid.bin", bytes, "application/octet-stream")];
}

/** The source with a turn of the event loop after each batch: a large table would hold up all other requests. */
function takingTurns(source: TableSource): TableSource {
  return {
    columns: () => source.columns(),
    async *batches() {
      for await (const batch of source.batches()) {
        yield batch;
        await scheduler.wait(0);
      }
    },
  };
}

/** Rows of a table from its sidecar; null when it has none, or when rows beyond those it holds are wanted. */
export async function readPreview(
  ctx: StorageContext,
  object_key: string,
  range: PreviewRange,
): Promise<TableHead | null> {
  const [sidecar] = await findSidecar(ctx.db, object_key, "preview.jsonl");
  const object = sidecar && (await ctx.lake.get(sidecar.key));
  return object ? readHead(new Uint8Array(await object.arrayBuffer()), range) : null;
}

/** A column of numbers as a line. */
export interface Series extends Points {
  /** Name of the column whose values `x` has, times in ms UTC; null where they are row numbers. */
  x_name: string | null;
  row_count: number;
  /** Rows that have both a place and a value. */
  point_count: number;
}

/**
 * A column in at most `points` points, 4 at least, its extremes among them, in one ranged get where the table has up to
 * four columns of numbers, else two. Null without a sidecar, or for a column that has no numbers.
 */
export async function readSeries(
  ctx: StorageContext,
  object_key: string,
  { column, points }: { column: string; points: number },
): Promise<Series | null> {
  const [sidecar] = await findSidecar(ctx.db, object_key, "pyramid.bin");
  if (!sidecar) return null;
  const read = async (offset: number, length: number) =>
    new Uint8Array(await readRange(ctx.lake, sidecar.key, { offset, length }));
  const start = await read(0, Math.min(sidecar.size_bytes, FIRST_READ_BYTES));
  const header = readPyramidHeader(start);
  const range = findPyramid(start, header, column);
  if (!range) return null;
  const end = range.offset + range.length;
  const bytes = end <= start.length ? start.subarray(range.offset, end) : await read(range.offset, range.length);
  const pyramid = readPyramid(bytes, header, column);
  const { row_count, point_count } = pyramid;
  return { ...drawLine(pyramid, points), x_name: header.x, row_count, point_count };
}
