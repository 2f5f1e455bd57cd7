import type { Context } from "../../context.ts";
import { notFound, tooLarge, unprocessable } from "../../errors.ts";
import { parseCsvRows } from "../../formats/csv.ts";
import { cellOf, fieldNames, textFields } from "../../formats/csv-cell.ts";
import { SNIFFED_BYTES, sniffCsv } from "../../formats/csv-dialect.ts";
import { tableFormat } from "../../formats/open-table.ts";
import { type Preview, previewJson, previewParquet, type PreviewRange } from "../../formats/preview.ts";
import { ObjectChanged, rangeReader, readRange } from "../../platform/storage/ranges.ts";
import { readPreview } from "../../platform/storage/sidecars.ts";
import { findDatasetById } from "./dataset.store.ts";
import { readCsv } from "./ingest-file-source.ts";
import { readLakeObject } from "./lake-file.ts";
import type { ManifestRow } from "./manifest.store.ts";

/** JSON has no rows to skip to: it is read whole. */
const MOST_JSON_BYTES = 8 * 1024 * 1024;

/** Rows of a file of the lake; throws 404 for one that is not there and 422 for a format without rows. */
export async function previewDataset(ctx: Context, id: number, range: PreviewRange) {
  const [entry] = await findDatasetById(ctx.db, id);
  if (!entry) throw notFound("Dataset not found in manifest");
  const preview = await previewEntry(ctx, entry, range).catch(async (error: unknown) => {
    if (!(error instanceof ObjectChanged)) throw error;
    // A download replaced the file between the manifest and the object: the manifest now names the new one.
    const [renewed] = await findDatasetById(ctx.primary, id);
    if (!renewed || renewed.object_key === entry.object_key) throw notFound(`File not found: ${entry.path}`);
    return previewEntry(ctx, renewed, range);
  });
  return { ...preview, metadata: { timeframe: entry.timeframe ?? "N/A" } };
}

async function previewEntry(ctx: Context, entry: ManifestRow, range: PreviewRange): Promise<Preview> {
  // Only features have sidecars: monthly files are laid out for reading a part.
  const head = entry.version === null ? null : await readPreview(ctx, entry.object_key, range);
  if (!head) return previewFile(ctx, entry, range);
  const columns = head.columns.map(({ name }) => name);
  const rows = head.rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])));
  return { columns, rows, total_rows: head.row_count };
}

async function previewFile(ctx: Context, entry: ManifestRow, range: PreviewRange): Promise<Preview> {
  const { object_key, size_bytes, filename, path } = entry;
  const format = tableFormat(filename ?? path);
  if (format === "parquet") return previewParquet(rangeReader(ctx.lake, object_key, size_bytes), range);
  if (format === "csv") return previewCsv(ctx, { object_key, size_bytes }, range);
  if (format === "json") {
    if (size_bytes > MOST_JSON_BYTES) throw tooLarge("A JSON file above 8 MiB has a preview of its first rows only");
    return previewJson(new TextDecoder().decode(await readLakeObject(ctx, object_key)), range);
  }
  const message = "has no preview; Parquet, CSV and JSON files have one";
  throw unprocessable([{ field: "dataset_id", message }]);
}

async function previewCsv(
  ctx: Context,
  source: { object_key: string; size_bytes: number },
  { limit, offset }: PreviewRange,
): Promise<Preview> {
  if (source.size_bytes === 0) return { columns: [], rows: [], total_rows: 0 };
  const length = Math.min(source.size_bytes, SNIFFED_BYTES);
  const sample = new Uint8Array(await readRange(ctx.lake, source.object_key, { offset: 0, length }));
  const dialect = sniffCsv(sample, length === source.size_bytes);
  const names = fieldNames(dialect);
  const start = { offset: dialect.data_offset, line: dialect.data_line };
  const rows: Record<string, unknown>[] = [];
  let total_rows = 0;
  for await (const window of readCsv(ctx, source, dialect, [], start)) {
    const from = Math.max(0, offset - total_rows);
    const to = Math.min(window.rows.row_count, offset + limit - total_rows);
    total_rows += window.rows.row_count;
    if (from >= to) continue;
    const first = window.rows.starts[from] ?? 0;
    const end = to < window.rows.row_count ? (window.rows.starts[to] ?? 0) : window.rows.consumed;
    const wanted = { offset: window.offset + first, length: end - first };
    const bytes = new Uint8Array(await readRange(ctx.lake, source.object_key, wanted));
    const part = parseCsvRows(dialect, textFields(dialect), { bytes, line: 1, last: true });
    for (let row = 0; row < part.row_count; row++) {
      const fields = names.map((name, field) => [name, part.columns.get(String(field))?.[row]] as const);
      rows.push(Object.fromEntries(fields.map(([name, text]) => [name, cellOf(String(text ?? ""), dialect)])));
    }
  }
  return { columns: names, rows, total_rows };
}
