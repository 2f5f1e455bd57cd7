import { sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { JobStatus } from "../../platform/jobs/tables.ts";

/** A download as its status shows it; times in ms UTC. */
export interface DownloadOutcome {
  id: string;
  status: JobStatus;
  /** JSON of the job's parameters. */
  params: string;
  /** What it was doing last. */
  progress: string | null;
  /** How it ended, once it has. */
  result: string | null;
  error: string | null;
  started_at: number | null;
  created_at: number;
}

/** Downloads that are live or ended since `since` (ms): of each series, as its caller wrote it, the newest. */
export function listDownloadOutcomes(db: Database, type: string, since: number) {
  return db.all<DownloadOutcome>(sql`
    SELECT id, status, params, json_extract(progress, '$.message') AS progress,
      json_extract(results, '$.message') AS result, json_extract(errors, '$[#-1]') AS error, started_at, created_at
    FROM jobs JOIN (
      SELECT max(id) AS newest FROM jobs
      WHERE type = ${type} AND (status IN ('pending', 'running') OR completed_at >= ${since})
      GROUP BY params ->> 'exchange', params ->> 'market', params ->> 'symbol', params ->> 'data_type', params ->> 'timeframe'
    ) ON id = newest
    ORDER BY id DESC`);
}
