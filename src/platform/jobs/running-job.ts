import type { Context } from "../../context.ts";
import { conflict } from "../../errors.ts";
import { announceJob } from "./announce.ts";
import type { AnyJobDefinition, JobRow, RunningJob, Statement } from "./define.ts";
import { guardFence } from "./fence.store.ts";
import { updateHeldJob } from "./job.store.ts";
import type { JsonObject } from "./tables.ts";
import { isUniqueViolation } from "../unique-violation.ts";

/** A lease is renewed by every commit and progress call; an upstream call may take half of it. */
export const LEASE_MS = 60_000;
const PROGRESS_EVERY_MS = 1000;
const PAUSE_EVERY_MS = 10;

/** This attempt no longer holds the job: it was cancelled, or another attempt took it over. */
export class JobStopped extends Error {
  constructor(id: string) {
    super(`Job ${id} is no longer held by this attempt`);
    this.name = "JobStopped";
  }
}

/** Whether an error of a batch says that its fence check failed; drivers wrap SQLite's text. */
export function isFenced(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message.includes("malformed JSON")) return true;
  }
  return false;
}

/** Runs a batch whose first statement is the fence check, which is the first of the answers; translates its failure. */
export async function commitFenced(ctx: Context, row: JobRow, statements: Statement[]): Promise<unknown[]> {
  try {
    return await ctx.db.batch([guardFence(ctx.db, "fence", row.fence_subject, row.epoch), ...statements]);
  } catch (error) {
    if (isFenced(error)) throw new JobStopped(row.id);
    throw error;
  }
}

/** The job that a slice works on, over the row it claimed; keeps that row's progress up to date. */
export function openRunningJob(
  ctx: Context,
  definition: AnyJobDefinition,
  row: JobRow,
  params: unknown,
): RunningJob<unknown, unknown> & { committed(): boolean } {
  const deadline = ctx.now() + ctx.config.JOB_SLICE_SECONDS * 1000;
  let announcedAt = 0;
  let pausedAt = ctx.now();
  let committed = false;

  const announceAtMostOnceASecond = async (progress: JsonObject) => {
    row.progress = progress;
    if (ctx.now() - announcedAt < PROGRESS_EVERY_MS) return;
    announcedAt = ctx.now();
    await announceJob(ctx, row);
  };

  /** The local runtime looks for new requests only when nothing is left to do: without a pause a slice keeps all waiting. */
  const pauseAtTimes = async () => {
    if (ctx.now() - pausedAt < PAUSE_EVERY_MS) return;
    await scheduler.wait(1);
    pausedAt = ctx.now();
  };

  return {
    id: row.id,
    row,
    params,
    cursor: readCursor(definition, row),
    deadline,
    outOfTime: () => ctx.now() >= deadline,
    committed: () => committed,

    async progress(progress) {
      await pauseAtTimes();
      if (ctx.now() - announcedAt < PROGRESS_EVERY_MS) {
        row.progress = progress;
        return;
      }
      const change = { progress, lease_expires_at: ctx.now() + LEASE_MS };
      const [held] = await updateHeldJob(ctx.db, row.id, row.epoch, change);
      if (!held) throw new JobStopped(row.id);
      await announceAtMostOnceASecond(progress);
    },

    async commit(statements, state) {
      const progress = state.progress ?? row.progress;
      const change = {
        cursor: state.cursor,
        version: definition.version,
        progress,
        failures: 0,
        lease_expires_at: ctx.now() + LEASE_MS,
      };
      await commitFenced(ctx, row, [...statements, updateHeldJob(ctx.db, row.id, row.epoch, change)]);
      committed = true;
      row.cursor = state.cursor;
      row.failures = 0;
      await announceAtMostOnceASecond(progress);
      await pauseAtTimes();
    },

    warehouseGuard: () => guardFence(ctx.warehouse, "_catchment_fence", row.fence_subject, row.epoch),

    async adoptSubject(subject) {
      try {
        const change = { subject, fence_subject: subject };
        await commitFenced(ctx, row, [updateHeldJob(ctx.db, row.id, row.epoch, change)]);
      } catch (error) {
        throw isUniqueViolation(error) ? conflict("Another job already works on this") : error;
      }
    },
  };
}

function readCursor(definition: AnyJobDefinition, row: JobRow): unknown {
  if (row.cursor === null || row.version === definition.version) return row.cursor;
  return definition.readCursor?.(row.cursor, row.version) ?? null;
}
