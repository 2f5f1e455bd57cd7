import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import type { JobRow } from "../../platform/jobs/define.ts";
import { startDownloads } from "./download.ts";
import { type DownloadRequest, downloadProblems } from "./download-params.ts";

/** One request for many symbols of a market. */
export interface BulkRequest extends Omit<DownloadRequest, "symbol"> {
  symbols: readonly string[];
}

/**
 * Starts a download for each symbol, or joins the live one of its series. Throws 422 naming every symbol that none can be,
 * before any is started.
 */
export async function startBulkDownload(ctx: Context, { symbols, ...shared }: BulkRequest): Promise<JobRow[]> {
  const requests = symbols.map((symbol) => ({ ...shared, symbol }));
  const found = requests.map((request) => downloadProblems(request, ctx.now()));
  const common = (found[0] ?? []).filter(({ field }) => field !== "symbol");
  const wrong = found.flatMap((problems, position) =>
    problems
      .filter(({ field }) => field === "symbol")
      .map(({ message }) => ({ field: `symbols.${position}`, message })),
  );
  if (common.length + wrong.length > 0) throw unprocessable([...common, ...wrong]);
  return (await startDownloads(ctx, requests)).map(({ job }) => job);
}
