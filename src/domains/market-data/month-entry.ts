import type { Context } from "../../context.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import type { StoredObject } from "../../platform/storage/objects.ts";
import { markLive, markOrphaned } from "../../platform/storage/objects.store.ts";
import { type ManifestRow, type NewManifestRow, upsertManifestEntry } from "./manifest.store.ts";
import type { SeriesRow } from "./series.store.ts";

export type SeriesIdentity = Pick<SeriesRow, "id" | "exchange" | "market" | "symbol" | "data_type" | "timeframe">;

interface MonthEntryInput {
  series: SeriesIdentity;
  /** What the manifest has of the path so far. */
  entry: ManifestRow | undefined;
  file: StoredObject;
  content: Pick<NewManifestRow, "row_count" | "time_from" | "time_to" | "footer_bytes">;
  /** The answer of `/read` to exactly this month, where one is stored. */
  answer?: StoredObject | null;
  sealed?: boolean;
  /** Of rows that were computed: what they come from. */
  source?: string | undefined;
  /** Id of the job that writes. */
  origin: string;
}

/** Where a month of a series lies; `month` is `2024-01`. */
export function monthPath({ exchange, market, symbol, data_type, timeframe }: SeriesIdentity, month: string): string {
  const [year, number] = month.split("-");
  const folder = `data/${exchange}/${market}/${symbol}/${data_type}/${timeframe}/${year}/${number}`;
  return `${folder}/${symbol}_${timeframe}_${year}${number}.parquet`;
}

/** Statements that show readers the new file of a month and leave the old one to the sweeper. */
export function switchMonth(ctx: Context, input: MonthEntryInput): Statement[] {
  const { series, entry, file, content, answer, sealed = false, source, origin } = input;
  const now = ctx.now();
  const { id, exchange, market, symbol, data_type, timeframe } = series;
  const row: NewManifestRow = {
    series_id: id,
    exchange,
    market,
    symbol,
    type: data_type,
    timeframe,
    path: file.path,
    object_key: file.key,
    size_bytes: file.size_bytes,
    checksum: file.sha256,
    ...content,
    json_key: answer?.key ?? null,
    json_bytes: answer?.size_bytes ?? null,
    sealed,
    source: source ?? null,
    job_id: origin,
    created_at: entry?.created_at ?? now,
    updated_at: now,
  };
  const live = [file.key, ...(answer ? [answer.key] : [])];
  const before = [entry?.object_key, entry?.json_key].filter((key) => typeof key === "string");
  const gone = before.filter((key) => !live.includes(key));
  return [
    upsertManifestEntry(ctx.db, row),
    ...gone.map((key) => markOrphaned(ctx.db, key, now)),
    ...live.map((key) => markLive(ctx.db, key, now)),
  ];
}
