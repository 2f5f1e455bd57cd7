import { z } from "@hono/zod-openapi";
import { defineJob, done } from "../../platform/jobs/define.ts";
import { startDownloads } from "./download.ts";
import { downloadProblems } from "./download-params.ts";

/** One series that a schedule keeps up to date. */
export const scheduledSeries = z.object({
  exchange: z.string().min(1).max(64),
  symbol: z.string().min(1).max(64),
  market: z.string().min(1).max(32).default("spot"),
  timeframe: z.string().min(1).max(8).default("1m"),
  data_type: z.enum(["raw", "funding", "both"]).default("raw"),
  start_date: z.string().max(32).optional(),
});
export type ScheduledSeries = z.output<typeof scheduledSeries>;

/** Starts the downloads of a list of series; each goes on from where its coverage begins and fetches what it lacks. */
export const collectJob = defineJob({
  type: "collect",
  version: 1,
  domain: "market-data",
  queue: "ingestion",
  params: z.object({ series: z.array(scheduledSeries).min(1) }),
  async run(ctx, job) {
    const requests = job.params.series.map((series) => ({ ...series, mode: "update" as const }));
    const errors = requests.flatMap((request) =>
      downloadProblems(request, ctx.now()).map(
        ({ field, message }) => `${request.exchange}/${request.symbol}: ${field} ${message}`,
      ),
    );
    const possible = requests.filter((request) => downloadProblems(request, ctx.now()).length === 0);
    const started = await startDownloads(ctx, possible);
    const joined = started.filter(({ created }) => !created).length;
    return done({ started: started.length - joined, joined, job_ids: started.map((entry) => entry.job.id) }, errors);
  },
});
