import { GLOBAL_REGION } from "../../connectors/clouds/artifact.ts";
import type { OpenCloud } from "../../connectors/clouds/cloud.ts";
import { CloudRefusal } from "../../connectors/clouds/errors.ts";
import type { Step, Task } from "../../connectors/clouds/service.ts";
import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { describeError } from "../../platform/http/log.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { openAccount } from "./accounts.ts";
import { forgetMissing, type NewArtifact, storeArtifacts } from "./artifact.store.ts";
import { makeArtifact, toRow } from "./artifacts.ts";
import type { ExtractionCursor, ExtractionRun } from "./extraction-run.ts";
import { filtersOfService, isWanted } from "./filters.ts";
import { readProgress } from "./progress.ts";
import { findService, regionsOf } from "./selection.ts";
import { listReadyShards, type ShardRow, updateShard } from "./shard.store.ts";

/** Shards, and tasks of all of them, that are worked on at once; a kill costs at most the calls of one round. */
const SHARDS_A_ROUND = 6;
const TASKS_A_ROUND = 12;
/** Faults in a row after which a shard is given up. */
const MOST_FAULTS = 5;
/** Errors of one shard that are kept: one denied call can fail for a thousand resources. */
const MOST_ERRORS = 100;
/** Characters of artifacts in one statement; D1 binds at most 2 MB. */
const LONGEST_STATEMENT = 700_000;

/** Clouds opened in this isolate, with their tokens, by job. */
const opened = new WeakMap<ExtractionRun, Map<string, Promise<OpenCloud>>>();

/** Takes some steps of the shards that are ready and commits what they brought; false when none is ready. */
export async function collectRound(ctx: Context, job: ExtractionRun, cursor: ExtractionCursor): Promise<boolean> {
  const ready = await listReadyShards(ctx.db, job.id, ctx.now(), SHARDS_A_ROUND);
  const [current] = ready;
  if (!current) return false;
  const each = Math.floor(TASKS_A_ROUND / ready.length);
  const turns = await Promise.all(ready.map((shard) => takeTurn(ctx, job, shard, each)));
  const statements = turns.flatMap((turn) => commitTurn(ctx, job, turn));
  await job.commit(statements, { cursor, progress: await readProgress(ctx, job.id, current) });
  return true;
}

/** What a shard did in a round. */
interface Turn {
  shard: ShardRow;
  steps: Step[];
  /** Tasks that were not taken, then those that the steps left. */
  tasks: Task[];
  started_at: number;
}

async function takeTurn(ctx: Context, job: ExtractionRun, shard: ShardRow, most: number): Promise<Turn> {
  const started_at = shard.started_at ?? ctx.now();
  const service = findService(shard.provider, shard.service);
  if (!shard.opened_as || !service) return { shard, started_at, tasks: [], steps: [failure("is no longer known")] };
  const { regions } = readNarrowing(shard);
  const scope = {
    account: shard.account,
    region: shard.region === GLOBAL_REGION ? null : shard.region,
    regions: regionsOf(shard.provider, regions),
    filters: filtersOfService(job.params.filters, service),
  };
  try {
    const cloud = await openOnce(ctx, job, shard);
    const tasks = shard.tasks ?? (await cloud.start(shard.service, scope));
    // The newest tasks first: what an item needs is done before the next page is asked for.
    const taken = tasks.slice(-most);
    const steps = await Promise.all(taken.map((task) => takeSafely(ctx, cloud, shard, task, scope)));
    return { shard, started_at, steps, tasks: [...tasks.slice(0, -most), ...steps.flatMap(({ next }) => next)] };
  } catch (error) {
    if (error instanceof CloudRefusal) return { shard, started_at, tasks: [], steps: [failure(error.message)] };
    return { shard, started_at, tasks: shard.tasks ?? [], steps: [{ ...failure(), fault: error }] };
  }
}

const failure = (...failures: string[]): Step => ({ found: [], next: [], failures });

/** An answer that our own code cannot digest costs its task, not the extraction. */
async function takeSafely(
  ctx: Context,
  cloud: OpenCloud,
  shard: ShardRow,
  task: Task,
  scope: Parameters<OpenCloud["step"]>[2],
): Promise<Step> {
  const step = await cloud.step(shard.service, task, scope);
  if (step.fault === undefined || step.fault instanceof AppError) return step;
  ctx.log.error("extraction_step_failed", { service: shard.service, ...describeError(step.fault) });
  return {
    ...step,
    next: [],
    fault: undefined,
    failures: [...step.failures, `${task.listing}: an answer of unforeseen shape`],
  };
}

function openOnce(ctx: Context, job: ExtractionRun, { opened_as }: ShardRow): Promise<OpenCloud> {
  const clouds = opened.get(job) ?? new Map<string, Promise<OpenCloud>>();
  opened.set(job, clouds);
  const key = JSON.stringify(opened_as);
  const cloud =
    clouds.get(key) ??
    Promise.resolve(opened_as).then((reference) => {
      if (!reference) throw new Error("A shard without account");
      return openAccount(ctx, reference);
    });
  clouds.set(key, cloud);
  return cloud;
}

function commitTurn(ctx: Context, job: ExtractionRun, { shard, steps, tasks, started_at }: Turn): Statement[] {
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
    tasks: over ? null : tasks,
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

/** The wanted resources as rows, in bundles that one statement can hold. A resource of no use is an error of the shard. */
function makeRows(
  ctx: Context,
  job: ExtractionRun,
  shard: ShardRow,
  steps: readonly Step[],
  malformed: string[],
): NewArtifact[][] {
  const service = findService(shard.provider, shard.service);
  const { regions } = readNarrowing(shard);
  const bundles: NewArtifact[][] = [];
  let room = 0;
  for (const found of steps.flatMap((step) => step.found)) {
    const inRegion = !regions || found.region === GLOBAL_REGION || regions.includes(found.region);
    if (!service || !inRegion || !isWanted(found, job.params.filters, service)) continue;
    try {
      const options = {
        redact_secrets: ctx.config.INVENTORY_REDACT_SECRETS,
        recorded: shard.opened_as?.source === "recording",
      };
      const row = toRow(makeArtifact(shard, found, options));
      if (row.document.length > room) {
        bundles.push([]);
        room = LONGEST_STATEMENT;
      }
      bundles.at(-1)?.push(row);
      room -= row.document.length;
    } catch (error) {
      ctx.log.error("artifact_malformed", { resource_type: found.resource_type, ...describeError(error) });
      malformed.push(`${found.resource_type}: a resource of unforeseen shape was left out`);
    }
  }
  return bundles;
}

/** Only a whole listing without filters can say that a resource is gone. */
function forgetWhatIsGone(ctx: Context, shard: ShardRow, started_at: number): Statement[] {
  const { regions, filters } = readNarrowing(shard);
  if (Object.keys(filters).length > 0) return [];
  return [forgetMissing(ctx.db, shard, started_at, shard.region === GLOBAL_REGION ? regions : null)];
}

function readNarrowing(shard: ShardRow): { regions: string[] | null; filters: Record<string, unknown> } {
  return { regions: null, filters: {}, ...JSON.parse(shard.narrowed_by) };
}
