import type { AsyncBuffer } from "hyparquet";
import type { Context } from "../../context.ts";
import type { PreviewRange } from "../../formats/preview.ts";
import { readHead, type TableHead, writeHead } from "../../formats/preview-file.ts";
import { drawLine, type Points } from "../../formats/pyramid.ts";
import { findPyramid, readPyramid, readPyramidHeader, writePyramids } from "../../formats/pyramid-file.ts";
import { summarizeTable } from "../../formats/summarize-table.ts";
import type { TableSource } from "../../formats/table-source.ts";
import type { TimeStyle } from "../../formats/time-labels.ts";
import { putObject } from "./objects.ts";
import { findSidecar, SIDECAR, type SIDECAR_KINDS } from "./objects.store.ts";
import { ObjectChanged, storedReader } from "./ranges.ts";
import type { StorageContext } from "./stream-writer.ts";

type ReadContext = Pick<Context, "db" | "lake" | "log">;

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
  const put = async (name: (typeof SIDECAR_KINDS)[number], bytes: Uint8Array, content_type: string) => {
    const path = `${object_key}${SIDECAR}${name}`;
    const stored = await putObject(ctx, { path, bytes, content_type, origin, owner: null });
    return stored.key;
  };
  const preview = await put("preview.jsonl", writeHead(head), "application/x-ndjson");
  if (pyramids.columns.size === 0 || head.row_count === 0) return [preview];
  const bytes = writePyramids(pyramids.x, pyramids.columns, pyramids.x_style);
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

/**
 * Rows of a table from its sidecar; null when it has none, or when rows beyond those it holds are wanted. Throws 503 when
 * the lake cannot be read.
 */
export async function readPreview(
  ctx: ReadContext,
  object_key: string,
  range: PreviewRange,
): Promise<TableHead | null> {
  return readSidecar(ctx, { object_key, kind: "preview.jsonl" }, async (file) =>
    readHead(new Uint8Array(await file.slice(0)), range),
  );
}

/** A column of numbers as a line. */
export interface Series extends Points {
  /** Name of the column whose values `x` has, times in ms UTC; null where they are row numbers. */
  x_name: string | null;
  /** How that column's texts are written, where it has any and all are alike. */
  x_style: TimeStyle | undefined;
  row_count: number;
  /** Rows that have both a place and a value. */
  point_count: number;
}

/**
 * A column in at most `points` points, 4 at least, its extremes among them, in one ranged get where the table has up to
 * four columns of numbers, else two. Null without a sidecar, or for a column that has no numbers. Throws 503 when the
 * lake cannot be read.
 */
export async function readSeries(
  ctx: ReadContext,
  object_key: string,
  { column, points }: { column: string; points: number },
): Promise<Series | null> {
  return readSidecar(ctx, { object_key, kind: "pyramid.bin" }, async (file) => {
    const read = async (from: number, to: number) => new Uint8Array(await file.slice(from, to));
    const start = await read(0, FIRST_READ_BYTES);
    const header = readPyramidHeader(start);
    const range = findPyramid(start, header, column);
    if (!range) return null;
    const end = range.offset + range.length;
    const bytes = end <= start.length ? start.subarray(range.offset, end) : await read(range.offset, end);
    const pyramid = readPyramid(bytes, header, column);
    const { row_count, point_count } = pyramid;
    return { ...drawLine(pyramid, points), x_name: header.x, x_style: header.x_style, row_count, point_count };
  });
}

/** What a file's sidecar says; null when it has none, or no longer. */
async function readSidecar<Result>(
  ctx: ReadContext,
  { object_key, kind }: { object_key: string; kind: string },
  read: (file: AsyncBuffer) => Promise<Result | null>,
): Promise<Result | null> {
  const [sidecar] = await findSidecar(ctx.db, object_key, kind);
  if (!sidecar) return null;
  try {
    return await read(storedReader(ctx, { object_key: sidecar.key, size_bytes: sidecar.size_bytes }));
  } catch (error) {
    if (error instanceof ObjectChanged) return null;
    throw error;
  }
}
