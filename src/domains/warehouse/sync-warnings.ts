import type { Context } from "../../context.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { insertLog } from "./activity.store.ts";
import { planDeduplication, readDeduplication } from "./deduplication.ts";
import { type HistoryRow, listHistory, type SourceRow } from "./source.store.ts";
import type { SyncParams } from "./sync-run.ts";

const LONGEST_MESSAGE = 2000;
const RUNS_COMPARED = 10;
const FEWEST_RUNS = 3;

/** The statement that tells the readers of a source's log. */
export function warn(ctx: Context, source: string, message: string): Statement {
  const line = { timestamp: ctx.now(), level: "WARNING", message: message.slice(0, LONGEST_MESSAGE), source } as const;
  return insertLog(ctx.db, line);
}

/** Names the columns of a page for which a table had no room. */
export function warnOfOverflow(ctx: Context, source: string, columns: readonly string[]): Statement[] {
  if (columns.length === 0) return [];
  return [warn(ctx, source, `More columns than a table has room for; as JSON in _extra: ${columns.join(", ")}`)];
}

/** Says what the model of a source's files does that nobody has configured. */
export function warnOfDeduplication(
  ctx: Context,
  { name, config }: Pick<SourceRow, "name" | "config">,
  columns: readonly string[],
): Statement[] {
  const deduplication = readDeduplication(config);
  if (!deduplication) return [];
  const names = columns.filter((column) => !column.startsWith("_catchment_"));
  const { warning } = planDeduplication(names, deduplication);
  return warning === null ? [] : [warn(ctx, name, `Deduplication ${warning}`)];
}

/** Warns of a sync that brought less than half or more than three times as many rows as such syncs mostly do. */
export async function warnOfAnomaly(
  ctx: Context,
  { source, full_refresh }: Pick<SyncParams, "source" | "full_refresh">,
  rows: number,
): Promise<Statement[]> {
  const history = await listHistory(ctx.db, source, 10 * RUNS_COMPARED);
  const usual = usualRows(history.filter((entry) => entry.full_refresh === full_refresh));
  if (rows === 0 || usual === null || (rows >= usual / 2 && rows <= usual * 3)) return [];
  return [warn(ctx, source, `Unusual number of rows: ${rows}, where ${usual} are usual`)];
}

/** The median of the latest runs that brought rows; null where there are too few to tell. */
function usualRows(history: readonly HistoryRow[]): number | null {
  const counts = history
    .filter(({ status, rows_processed }) => status === "success" && rows_processed > 0)
    .slice(0, RUNS_COMPARED)
    .map(({ rows_processed }) => rows_processed)
    .toSorted((one, other) => one - other);
  return counts.length < FEWEST_RUNS ? null : (counts[Math.floor(counts.length / 2)] ?? null);
}
