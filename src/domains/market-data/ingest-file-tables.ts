import type { Context } from "../../context.ts";
import { tooLarge } from "../../errors.ts";
import { writeTableFile } from "../../formats/parquet-writer.ts";
import { readTable } from "../../formats/parquet-table.ts";
import { emptyTable, mergeTables, pickRows, rowsByMonth, type Table, timesOf } from "../../formats/table.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { putObject } from "../../platform/storage/objects.ts";
import { markLive, markOrphaned } from "../../platform/storage/objects.store.ts";
import { monthPath } from "./candle-files.ts";
import type { Commit } from "./ledger.ts";
import { readLakeObject } from "./lake-file.ts";
import { findManifestEntry, upsertManifestEntry } from "./manifest.store.ts";
import type { SeriesRow } from "./series.store.ts";

interface StoreInput {
  series: SeriesRow;
  origin: string;
  table: Table;
  commit: Commit;
  commitLast: Commit;
  /** Hears of every file before its commit. */
  note: (path: string) => void;
}

/** A month is merged in memory. */
const MOST_CELLS_A_MONTH = 6_000_000;

/** Stores ticks or other rows into monthly files of all their columns. */
export async function storeTable(ctx: Context, input: StoreInput): Promise<void> {
  const months = [...rowsByMonth(input.table)];
  for (const [index, [month, rows]] of months.entries()) {
    const written = await writeTableMonth(ctx, input, month, pickRows(input.table.columns, rows));
    input.note(written.path);
    await (index === months.length - 1 ? input.commitLast : input.commit)(written.statements);
  }
}

async function writeTableMonth(ctx: Context, { series, origin }: StoreInput, month: string, rows: Table) {
  const path = monthPath(series, month);
  const [entry] = await findManifestEntry(ctx.db, path);
  const cells = ((entry?.row_count ?? 0) + rows.row_count) * rows.columns.size;
  if (cells > MOST_CELLS_A_MONTH) throw tooLarge(`${month} has too many rows for one file: ${path}`);
  const stored = entry ? await readTable(await readLakeObject(ctx, entry.object_key)) : emptyTable();
  const merged = mergeTables(stored, rows);
  const { bytes, footer_bytes } = writeTableFile(merged);
  const file = await putObject(ctx, { path, bytes, content_type: "application/vnd.apache.parquet", origin });
  const now = ctx.now();
  const ts = timesOf(merged);
  const { id, exchange, market, symbol, data_type, timeframe } = series;
  const statements: Statement[] = [
    upsertManifestEntry(ctx.db, {
      series_id: id,
      exchange,
      market,
      symbol,
      type: data_type,
      timeframe,
      path,
      object_key: file.key,
      size_bytes: file.size_bytes,
      row_count: merged.row_count,
      checksum: file.sha256,
      time_from: ts.at(0) ?? null,
      time_to: ts.at(-1) ?? null,
      footer_bytes,
      job_id: origin,
      created_at: entry?.created_at ?? now,
      updated_at: now,
    }),
    ...(entry && entry.object_key !== file.key ? [markOrphaned(ctx.db, entry.object_key, now)] : []),
    markLive(ctx.db, file.key, now),
  ];
  return { path, statements };
}
