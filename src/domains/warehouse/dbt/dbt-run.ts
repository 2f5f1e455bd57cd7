import { z } from "@hono/zod-openapi";
import type { RunningJob } from "../../../platform/jobs/define.ts";
import type { NodeStatus } from "../tables.ts";

export const commands = z.enum(["run", "test", "build", "seed", "compile"]);
export type Command = z.output<typeof commands>;

export const dbtParams = z.object({
  command: commands,
  select: z.array(z.string()),
  exclude: z.array(z.string()),
  full_refresh: z.boolean(),
  vars: z.record(z.string(), z.unknown()),
  /** What people call it: the model, or the selection. */
  label: z.string(),
});
export type DbtParams = z.output<typeof dbtParams>;

/** How far a run is; what it has built is in the warehouse with the tables. */
export interface DbtCursor {
  /** Counts up when somebody tries again a run that has ended. */
  round: number;
  /** Ms. */
  started_at: number;
  /** Whether `dbt_run_started` was published. */
  announced: boolean;
  /** Unique ids in the order in which they run; null until they are known. */
  plan: string[] | null;
  /** Nodes that are done, well or badly. */
  next: number;
  /** Nodes that failed or were skipped, which nothing can be built on. */
  broken: string[];
  /** Nodes of which a test failed. */
  doubted: string[];
  counts: Partial<Record<NodeStatus, number>>;
  /** What could not be selected, and what failed; the first hundred. */
  errors: string[];
  /** How many others there were. */
  more_errors?: number;
  /** Everything is done and the run recorded as ended. */
  ended: boolean;
}

export type DbtRun = RunningJob<DbtParams, DbtCursor>;

const ERRORS_KEPT = 100;
const LONGEST_KEPT = 200;

/** What a run keeps of what became of a node; the node itself has all of it until its next run. */
export const shorten = (message: string): string => message.slice(0, LONGEST_KEPT);

/** The cursor's errors with some more: every node writes the cursor, so it stays small. */
export function addErrors({ errors, more_errors = 0 }: DbtCursor, added: readonly string[]) {
  const all = [...errors, ...added];
  const kept = all.slice(0, ERRORS_KEPT);
  return { errors: kept, more_errors: more_errors + all.length - kept.length };
}

/** What went wrong, for people. */
export const listErrors = ({ errors, more_errors = 0 }: DbtCursor): string[] =>
  more_errors > 0 ? [...errors, `and ${more_errors} more`] : errors;

/** What only one live run may work on. */
export const PROJECT_SUBJECT = "dbt:project";

/** Name of the run's loads in the warehouse. */
export const loadOf = (job: Pick<DbtRun, "id">, { round }: DbtCursor) => `${job.id}-${round}`;
