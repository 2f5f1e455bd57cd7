import type { Context } from "../../context.ts";
import { CANDLE_COLUMNS, type Candles, concatCandles, createCandles } from "../../formats/candles.ts";
import type { CsvRows } from "../../formats/csv.ts";
import { pickRows, type Table } from "../../formats/table.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { storeCandles } from "./ingest-file-candles.ts";
import { type FileSeries, holdsCandles } from "./ingest-file-params.ts";
import { AHEAD_MS, dropLateRows } from "./ingest-file-report.ts";
import { storeTable } from "./ingest-file-tables.ts";
import { type Commit, openLedger } from "./ledger.ts";
import { createSeries, findSeries } from "./series.store.ts";
import { symbolKey } from "./symbols.ts";
import { collectedStep } from "./timeframes.ts";

/** Rows that are stored together. */
interface RowBatch {
  pieces: readonly CsvRows[];
  /** Of ticks: rows of the same file that are stored already and share a time with these. */
  stored: readonly Table[];
}

/** Where rows of a file go. */
export interface FileTarget {
  /** One row per `ts`, in six columns. */
  candles: boolean;
  /** Takes out what the first reading has counted as bad for lying in the future. */
  dropLate(rows: CsvRows): void;
  /** Merges rows into the monthly files; the last commit goes through `finish` with the paths written. */
  store(batch: RowBatch, finish: Finish): Promise<void>;
}

type Finish = (statements: Statement[], paths: string[]) => Promise<void>;

/** Opens the series, creating it when this is its first data, with what an earlier download left unmerged. */
export async function openFileTarget(
  ctx: Context,
  origin: string,
  file: FileSeries,
  commit: Commit,
): Promise<FileTarget> {
  const { data_type, timeframe } = file;
  const latest = ctx.now() + AHEAD_MS;
  const series = await openSeries(ctx, file);
  const step = collectedStep(timeframe) ?? 1;
  const candles = holdsCandles(data_type);
  if (candles) await (await openLedger(ctx, { series, step, origin, commit })).merge(true);
  return {
    candles,
    dropLate: (rows) => void dropLateRows(rows, latest),
    async store({ pieces, stored }, finish) {
      const paths: string[] = [];
      const commitLast: Commit = (statements) => finish(statements, paths);
      const writes = { series, step, origin, commit, commitLast, note: (path: string) => paths.push(path) };
      if (candles) await storeCandles(ctx, { ...writes, candles: concatCandles(pieces.map(toCandles)) });
      else await storeTable(ctx, { ...writes, table: joinTables(pieces), earlier: joinTables(stored) });
    },
  };
}

async function openSeries(ctx: Context, file: FileSeries) {
  const { exchange, market, symbol, unified_symbol, data_type, timeframe } = file;
  const identity = { exchange, market, symbol, data_type, timeframe };
  const [known] = await findSeries(ctx.db, identity);
  if (known) return known;
  await createSeries(ctx.db, {
    ...identity,
    unified_symbol,
    unified_key: symbolKey(unified_symbol),
    exchange_key: symbolKey(identity.symbol),
    created_at: ctx.now(),
  });
  const [created] = await findSeries(ctx.db, identity);
  if (!created) throw new Error(`Series ${identity.symbol} is neither there nor could it be created`);
  return created;
}

function toCandles({ columns, row_count }: CsvRows): Candles {
  const candles = createCandles(0);
  for (const name of CANDLE_COLUMNS) {
    const values = columns.get(name);
    if (values instanceof Float64Array) candles[name] = values.subarray(0, row_count);
  }
  return candles;
}

function joinTables(pieces: readonly Table[]): Table {
  const names = [...(pieces[0]?.columns.keys() ?? [])];
  const row_count = pieces.reduce((sum, piece) => sum + piece.row_count, 0);
  const columns = names.map((name): [string, Float64Array | string[]] => {
    const parts = pieces.map((piece) => ({ values: piece.columns.get(name) ?? [], length: piece.row_count }));
    if (parts.every(({ values }) => Array.isArray(values))) {
      return [name, parts.flatMap(({ values, length }) => (values as string[]).slice(0, length))];
    }
    const joined = new Float64Array(row_count);
    let offset = 0;
    for (const { values, length } of parts) {
      if (values instanceof Float64Array) joined.set(values.subarray(0, length), offset);
      offset += length;
    }
    return [name, joined];
  });
  return pickRows(
    columns,
    Array.from({ length: row_count }, (_, row) => row),
  );
}
