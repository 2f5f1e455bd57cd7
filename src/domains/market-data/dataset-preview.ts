import type { Context } from "../../context.ts";
import { notFound, tooLarge, unprocessable } from "../../errors.ts";
import { type CsvColumn, parseCsvRows } from "../../formats/csv.ts";
import { type CsvDialect, SNIFFED_BYTES, sniffCsv } from "../../formats/csv-dialect.ts";
import { type Preview, previewJson, previewParquet, type PreviewRange } from "../../formats/preview.ts";
import { ObjectChanged, rangeReader, readRange } from "../../platform/storage/ranges.ts";
import { findDatasetById } from "./dataset.store.ts";
import { readCsv } from "./ingest-file-source.ts";
import { readLakeObject } from "./lake-file.ts";
import type { ManifestRow } from "./manifest.store.ts";

/** JSON has no rows to skip to: it is read whole. */
const MOST_JSON_BYTES = 8 * 1024 * 1024;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Rows of a file of the lake; throws 404 for one that is not there and 422 for a format without rows. */
export async function previewDataset(ctx: Context, id: number, range: PreviewRange) {
  const [entry] = await findDatasetById(ctx.db, id);
  if (!entry) throw notFound("Dataset not found in manifest");
  const preview = await readPreview(ctx, entry, range).catch(async (error: unknown) => {
    if (!(error instanceof ObjectChanged)) throw error;
    // A download replaced the file between the manifest and the object: the manifest now names the new one.
    const [renewed] = await findDatasetById(ctx.primary, id);
    if (!renewed || renewed.object_key === entry.object_key) throw notFound(`File not found: ${entry.path}`);
    return readPreview(ctx, renewed, range);
  });
  return { ...preview, metadata: { timeframe: entry.timeframe ?? "N/A" } };
}

async function readPreview(ctx: Context, entry: ManifestRow, range: PreviewRange): Promise<Preview> {
  const { object_key, size_bytes, path } = entry;
  const name = (entry.filename ?? path).toLowerCase();
  if (name.endsWith(".parquet")) return previewParquet(rangeReader(ctx.lake, object_key, size_bytes), range);
  if (/\.(csv|tsv|txt)$/.test(name)) return previewCsv(ctx, { object_key, size_bytes }, range);
  if (/\.(json|jsonl|ndjson)$/.test(name)) {
    if (size_bytes > MOST_JSON_BYTES) throw tooLarge("A JSON file above 8 MiB has no preview");
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
  const columns = textColumns(dialect);
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
    const part = parseCsvRows(dialect, columns, { bytes, line: 1, last: true });
    for (let row = 0; row < part.row_count; row++) {
      rows.push(Object.fromEntries(columns.map(({ name }) => [name, cellOf(part.columns.get(name)?.[row])])));
    }
  }
  return { columns: columns.map(({ name }) => name), rows, total_rows };
}

function textColumns({ header, column_count }: CsvDialect): CsvColumn[] {
  return Array.from({ length: column_count }, (_, field) => ({
    name: header?.[field] || `column_${field + 1}`,
    type: "text",
    required: false,
    field,
  }));
}

function cellOf(text: string | number | undefined): string | number | null {
  if (text === undefined || text === "") return null;
  if (typeof text === "number" || !NUMBER.test(text)) return text;
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value;
}
