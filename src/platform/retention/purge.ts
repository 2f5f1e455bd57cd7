import type { Context } from "../../context.ts";
import { describeError } from "../http/log.ts";

/** What one turn of a purge has deleted; `bytes` are those of files and documents, for rows without any 0. */
export interface Purged {
  rows: number;
  bytes: number;
}

/** Deletes some of what is past its retention; another turn goes on where this one ended or broke. */
export type Purge = (ctx: Context) => Promise<Purged>;

/** By the kind that the log names. */
export type Purges = Record<string, Purge>;

/** Most rows that a purge deletes in one turn, so that a backlog takes several ticks instead of one that is too long. */
export const ROWS_A_TURN = 1000;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** One turn of every purge, each logged with what it deleted; one that breaks does not keep the others from theirs. */
export async function purgeExpired(ctx: Context, purges: Purges): Promise<void> {
  for (const [kind, purge] of Object.entries(purges)) {
    try {
      const { rows, bytes } = await purge(ctx);
      if (rows > 0) ctx.log.info("purged", { kind, rows, bytes });
    } catch (error) {
      ctx.log.error("purge_failed", { kind, ...describeError(error) });
    }
  }
}

/** What rows that were deleted with their sizes come to. */
export const purgedOf = (rows: readonly { size_bytes: number }[]): Purged => ({
  rows: rows.length,
  bytes: rows.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
});
