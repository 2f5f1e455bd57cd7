import { GLOBAL_REGION } from "../../connectors/clouds/artifact.ts";
import type { Item } from "../../connectors/clouds/json.ts";
import { redact } from "../../connectors/clouds/redact.ts";
import type { Step, Task } from "../../connectors/clouds/service.ts";
import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { forgetMissing, storeArtifacts } from "./artifact.store.ts";
import type { ExtractionRun } from "./extraction-run.ts";
import { makeRows } from "./found-rows.ts";
import { readNarrowing } from "./narrowing.ts";
import { type ShardRow, updateShard } from "./shard.store.ts";

/** Faults in a row after which a shard is given up. */
const MOST_FAULTS = 5;
/** Errors of one shard that are kept: one denied call can fail for a thousand resources. */
const MOST_ERRORS = 100;

/** What a shard did in a round. */
export interface Turn {
  shard: ShardRow;
  steps: Step[];
  /** Tasks that were not taken, then those that the steps left. */
  tasks: Task[];
  started_at: number;
}

/** The statements that record a turn: what was found, how the shard goes on, and what is gone. */
export function commitTurn(ctx: Context, job: ExtractionRun, { shard, steps, tasks, started_at }: Turn): Statement[] {
  const now = ctx.now();
  const faults = steps.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  const finished = steps.length - faults.length;
  const counted = faults.some(countsAsFault) ? shard.faults + 1 : shard.faults;
  const givenUp = finished === 0 && counted >= MOST_FAULTS;
  const malformed: string[] = [];
  const rows = makeRows(ctx, job, shard, steps, malformed);
  const failures = [...steps.flatMap((step) => step.failures), ...malformed];
  const reasons = givenUp ? [...failures, `gave up after ${counted} attempts: ${reasonOf(faults[0])}`] : failures;
  const errors = addErrors(shard.errors, reasons);
  // A page whose call was refused is a step without anything to show for it.
  const useful = steps.filter((step) => step.fault === undefined && !isRefusal(step)).length;
  const done = shard.steps + useful + (steps.length === 0 ? 1 : 0);
  const over = givenUp || tasks.length === 0;
  const state = over ? endState(done, errors) : ("pending" as const);
  const after: Partial<ShardRow> = {
    ...{ state, errors, started_at, steps: done },
    tasks: over ? null : tasks.map((task) => withoutSecrets(ctx, task)),
    faults: finished > 0 ? 0 : counted,
    rests_until: faults.length > 0 && !over ? now + restFor(faults, counted, ctx.random()) : 0,
    completed_at: over ? now : null,
  };
  return [
    ...rows.flatMap((some) => storeArtifacts(ctx.db, shard, some, now)),
    updateShard(ctx.db, shard, after),
    ...(state === "completed" ? forgetWhatIsGone(ctx, shard, started_at) : []),
  ];
}

const isRefusal = (step: Step) => step.failures.length > 0 && step.found.length === 0 && step.next.length === 0;

function endState(steps: number, errors: readonly string[]) {
  if (errors.length === 0) return "completed" as const;
  return steps > 0 ? ("partial" as const) : ("failed" as const);
}

/** Throttling, and a host that rests, is waiting and not failing. */
const countsAsFault = (fault: unknown) => !(fault instanceof AppError && [429, 503].includes(fault.status));

const reasonOf = (fault: unknown) => (fault instanceof Error ? fault.message : String(fault));

/** Ms: as long as the cloud asks for, at least an exponential time with jitter. */
function restFor(faults: readonly unknown[], counted: number, chance: number): number {
  const asked = faults.map((fault) => (fault instanceof AppError ? (fault.retry_after ?? 0) : 0));
  return 1000 * Math.max(...asked, 2 ** counted * (0.25 + chance / 4));
}

function addErrors(before: readonly string[], reasons: readonly string[]): string[] {
  const all = [...new Set([...before, ...reasons])];
  if (all.length <= MOST_ERRORS) return all;
  return [...all.slice(0, MOST_ERRORS - 1), "more errors than are kept"];
}

/** Items that wait for their details are kept in a row, where no secret is to lie. */
function withoutSecrets(ctx: Context, task: Task): Task {
  if (!ctx.config.INVENTORY_REDACT_SECRETS) return task;
  const clean = (item: Item) => redact({ configuration: {}, raw: item, labels: {} }).raw;
  return {
    ...task,
    ...(task.items ? { items: task.items.map(clean) } : {}),
    ...(task.got ? { got: clean(task.got) as Task["got"] } : {}),
  };
}

/** Only a whole listing without filters can say that a resource is gone. */
function forgetWhatIsGone(ctx: Context, shard: ShardRow, started_at: number): Statement[] {
  const { regions, filters } = readNarrowing(shard);
  if (Object.keys(filters).length > 0) return [];
  return [forgetMissing(ctx.db, shard, started_at, shard.region === GLOBAL_REGION ? regions : null)];
}
