import type { Context } from "../../context.ts";
import type { TableHead } from "../../formats/preview-file.ts";
import { readPreview } from "../../platform/storage/sidecars.ts";
import { requireFile, requireReadableSize } from "./data-files.ts";
import { requireFileKind } from "./file-names.ts";
import { readHeadOf, readingFile, readTable } from "./file-table.ts";
import { openPickle } from "./pickles.ts";

/** The first rows of a file of the caller with its schema; from what lies beside it where that holds enough rows. */
export async function previewFile(ctx: Context, filename: string, rows: number) {
  const file = await requireFile(ctx, filename);
  requireReadableSize(file);
  if (requireFileKind(filename) === "pickle") {
    return readingFile(ctx, filename, async () => (await openPickle(ctx, file)).preview(rows));
  }
  const range = { limit: rows, offset: 0 };
  const head = await readPreview(ctx, file.object_key, range);
  return renderHead(head ?? (await readTable(ctx, file, (source) => readHeadOf(source, rows))));
}

const renderHead = ({ columns, rows, row_count }: TableHead) => ({
  type: "dataframe" as const,
  columns: columns.map(({ name, dtype, pandas_dtype }) => ({ name, dtype: pandas_dtype ?? dtype })),
  rows: rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null]))),
  n_rows: row_count,
});
