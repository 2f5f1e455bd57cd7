import type { Context } from "../../context.ts";
import { tooLarge } from "../../errors.ts";
import { writeTableFile } from "../../formats/parquet-writer.ts";
import { readTable } from "../../formats/parquet-table.ts";
import { emptyTable, mergeTables, pickRows, rowsByMonth, type Table, timesOf } from "../../formats/table.ts";
import { putObject } from "../../platform/storage/objects.ts";
import type { Commit } from "./ledger.ts";
import { readLakeObject } from "./lake-file.ts";
import { findManifestEntry } from "./manifest.store.ts";
import { monthPath, switchMonth } from "./month-entry.ts";
import type { SeriesRow } from "./series.store.ts";

interface StoreInput {
  series: SeriesRow;
  origin: string;
  table: Table;
  /** Rows of the same file that are stored already and share a time with these. */
  earlier: Table;
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

async function writeTableMonth(ctx: Context, { series, origin, earlier }: StoreInput, month: string, rows: Table) {
  const path = monthPath(series, month);
  const [entry] = await findManifestEntry(ctx.db, path);
  const cells = ((entry?.row_count ?? 0) + rows.row_count) * rows.columns.size;
  if (cells > MOST_CELLS_A_MONTH) throw tooLarge(`${month} has too many rows for one file: ${path}`);
  const stored = entry ? await readTable(await readLakeObject(ctx, entry.object_key)) : emptyTable();
  const merged = mergeTables(stored, rows, earlier);
  const { bytes, footer_bytes } = writeTableFile(merged);
  const file = await putObject(ctx, { path, bytes, content_type: "application/vnd.apache.parquet", origin });
  const ts = timesOf(merged);
  const content = {
    row_count: merged.row_count,
    time_from: ts.at(0) ?? null,
    time_to: ts.at(-1) ?? null,
    footer_bytes,
  };
  return { path, statements: switchMonth(ctx, { series, entry, file, content, origin }) };
}
