import type { z } from "@hono/zod-openapi";
import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Context } from "../../context.ts";
import type { DomainName } from "../../config.ts";
import type { jobs, JsonObject, QueueName } from "./tables.ts";

export type JobRow = typeof jobs.$inferSelect;
export type Statement = BatchItem<"sqlite">;

/** How a slice ends: everything is done, or the rest waits for another message. */
export type SliceOutcome =
  | { outcome: "done" | "failed"; results: JsonObject; errors: string[] }
  | { outcome: "resume"; cursor: unknown; after_seconds: number };

/** Ends a job; `errors` names what could not be collected (`part: reason`). */
export const done = (results: JsonObject, errors: string[] = []): SliceOutcome => ({
  outcome: "done",
  results,
  errors,
});

/** Ends a job that collected nothing of what it was asked for; `errors` says why. */
export const failed = (results: JsonObject, errors: string[]): SliceOutcome => ({ outcome: "failed", results, errors });

/** Ends a slice; the job goes on from `cursor` in a fresh message, `after_seconds` from now. */
export const resume = (cursor: unknown, after_seconds = 0): SliceOutcome => ({
  outcome: "resume",
  cursor,
  after_seconds,
});

/** How many jobs of a type may run at once; the others stay pending and get their turn, fairly between lanes. */
export interface Slots<Params> {
  /** What a job uses up, such as an exchange. */
  lane(params: Params): string;
  each_lane: number;
  all_lanes: number;
  /** Message of the progress of a job that waits. */
  waiting: string;
}

/** A running job as its slice sees it. */
export interface RunningJob<Params, Cursor> {
  id: string;
  row: JobRow;
  params: Params;
  /** What the last commit left; null on the first slice, or after a new version of the definition. */
  cursor: Cursor | null;
  /** Ms UTC after which the slice should end with `resume`. */
  deadline: number;
  /** True once the deadline has passed. */
  outOfTime(): boolean;
  /**
   * Updates the row (at most once a second), renews the lease and publishes a frame; throws `JobStopped`
   * when the job was cancelled or another attempt holds it.
   */
  progress(progress: JsonObject): Promise<void>;
  /**
   * Runs the statements in one transaction together with the fence check and the new cursor and progress.
   * Throws `JobStopped`, with nothing written, when this attempt no longer holds the job.
   */
  commit(statements: Statement[], state: { cursor: Cursor; progress?: JsonObject }): Promise<void>;
  /** The fence check alone, for batches in the warehouse. */
  warehouseGuard(): Statement;
  /**
   * Makes the job exclude others by another subject and ends the attempt's hold on the old one; the slice must
   * return `resume` right after. Throws `conflict` when a live job has that subject.
   */
  adoptSubject(subject: string): Promise<void>;
}

export interface JobDefinition<Schema extends z.ZodType = z.ZodType, Cursor = unknown> {
  type: string;
  /** Raise it when the shape of the cursor changes; an older cursor is then dropped or read by `readCursor`. */
  version: number;
  domain: DomainName | "platform";
  queue: QueueName;
  params: Schema;
  /** Absent where any number may run at once. */
  slots?: Slots<z.output<Schema>>;
  /** Reads a cursor written by an older version; without it the job restarts from its last commit. */
  readCursor?: (cursor: unknown, version: number) => Cursor | null;
  /** Condition on a row of `jobs`: it outlives its retention as long as this holds. */
  needed?: SQL;
  run(ctx: Context, job: RunningJob<z.output<Schema>, Cursor>): Promise<SliceOutcome>;
}

/** What starting a job needs to know of its definition. */
export type JobKind<Schema extends z.ZodType = z.ZodType> = Pick<
  JobDefinition<Schema>,
  "type" | "version" | "domain" | "queue" | "params" | "slots"
>;

/** Declares a kind of job; the row's `type` finds it again, whatever queue the message came by. */
export function defineJob<Schema extends z.ZodType, Cursor>(
  definition: JobDefinition<Schema, Cursor>,
): JobDefinition<Schema, Cursor> {
  return definition;
}

/** Of whatever parameters and cursor: each reads back only what it wrote itself. */
export type AnyJobDefinition = JobDefinition<z.ZodType, unknown>;
export type JobDefinitions = ReadonlyMap<string, AnyJobDefinition>;
