import { z } from "@hono/zod-openapi";
import type { SourceResource } from "../../connectors/sources/source.ts";
import { AppError } from "../../errors.ts";
import type { RunningJob } from "../../platform/jobs/define.ts";
import { JobStopped } from "../../platform/jobs/running-job.ts";

export const syncParams = z.object({
  source: z.string(),
  full_refresh: z.boolean(),
  /** `YYYY-MM-DD`, inclusive. */
  start_date: z.string().nullable(),
  end_date: z.string().nullable(),
});
export type SyncParams = z.output<typeof syncParams>;

/** A stream of a source and the table that it becomes. */
export interface PlannedStream extends SourceResource {
  table: string;
}

/** A file as it was when the sync began. */
export interface PlannedFile {
  path: string;
  filename: string;
  object_key: string;
  size_bytes: number;
  sha256: string;
  modified_at: number;
  /** Whether what the warehouse has of it is of another content. */
  changed: boolean;
}

/** What a sync has to do besides the pages, whose positions are in the warehouse with their rows. */
export interface SyncCursor {
  /** Counts up when somebody tries again a sync that has ended. */
  round: number;
  /** Nothing is done, as the source was disabled when the job began. */
  skipped: boolean;
  /** Whether `sync_started` was published. */
  announced: boolean;
  /** Of a source that is read over the network; null until they are known. */
  streams: PlannedStream[] | null;
  /** Streams that are done, well or badly. */
  next: number;
  /** Of a source of files; null until they are known. */
  files: PlannedFile[] | null;
  /** Reasons of files that cannot be loaded, by path. */
  bad_files: Record<string, string>;
  /** Paths of files that are no UTF-8 and are read as Latin-1. */
  latin_files: string[];
  /** How often the table of the files was begun afresh, without the rows of a file that turned out to be bad. */
  restarts: number;
  /** Rows of this run. */
  rows: number;
  /** What could not be loaded, and why. */
  errors: string[];
  /** Everything is loaded and the history written. */
  ended: boolean;
}

export type SyncRun = RunningJob<SyncParams, SyncCursor>;

/** One less than a job has, so that the last failure is written into the history. */
const ATTEMPTS = 4;

/** The text of an error that no further attempt would mend; throws the error again when one might. */
export function requireFinal({ row }: Pick<SyncRun, "row">, error: unknown): string {
  if (error instanceof JobStopped) throw error;
  const isLast = row.failures + 1 >= ATTEMPTS;
  if (!(error instanceof AppError)) {
    if (isLast) return "An internal fault; the log has it under the job's id";
    throw error;
  }
  const waits = error.status === 503 && (error.retry_after ?? 0) > 0;
  const isRetryable = error.retry_after !== undefined || error.status === 429;
  if (waits || (isRetryable && !isLast)) throw error;
  return error.message;
}
