import type { Context } from "../../context.ts";
import { AppError, badRequest } from "../../errors.ts";
import { openTable } from "../../formats/open-table.ts";
import type { TableHead } from "../../formats/preview-file.ts";
import type { TableSource } from "../../formats/table-source.ts";
import { ObjectChanged, storedReader } from "../../platform/storage/ranges.ts";
import type { DataFileRow } from "./data-file.store.ts";
import { fileNotFound } from "./data-files.ts";
import { requireFileKind } from "./file-names.ts";
import { openPickle } from "./pickles.ts";

/** Reads a file as a table. Throws as `readingFile` does. */
export function readTable<Result>(
  ctx: Context,
  file: DataFileRow,
  use: (source: TableSource) => Promise<Result>,
): Promise<Result> {
  const { filename } = file;
  return readingFile(ctx, filename, async () => {
    const source =
      requireFileKind(filename) === "pickle"
        ? (await openPickle(ctx, file)).table({ with_time_index: true })
        : await openTable(storedReader(ctx, file), filename);
    if (!source) throw badRequest(`${filename} has no rows`, "DESERIALIZATION_ERROR");
    return use(source);
  });
}

/**
 * Whatever is wrong with a file's bytes is 400 `DESERIALIZATION_ERROR`, without a word of its content; a file that is
 * deleted meanwhile is 404.
 */
export async function readingFile<Result>(
  ctx: Pick<Context, "log">,
  filename: string,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ObjectChanged) throw fileNotFound(filename);
    if (error instanceof AppError && error.status !== 422) throw error;
    ctx.log.info("file_unreadable", { reason: error instanceof Error ? error.name : typeof error });
    throw badRequest(`${filename} cannot be read: its content is not what its name says`, "DESERIALIZATION_ERROR");
  }
}

/** Columns, the first rows and the number of all rows, by reading the file through. */
export async function readHeadOf(source: TableSource, limit: number): Promise<TableHead> {
  const rows: unknown[][] = [];
  let row_count = 0;
  for await (const batch of source.batches()) {
    if (rows.length < limit) rows.push(...(await batch.firstRows(limit - rows.length)));
    row_count += batch.row_count;
  }
  return { columns: source.columns(), row_count, rows };
}
