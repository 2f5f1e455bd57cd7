import { GLOBAL_REGION } from "../../connectors/clouds/artifact.ts";
import type { OpenCloud } from "../../connectors/clouds/cloud.ts";
import { CloudRefusal } from "../../connectors/clouds/errors.ts";
import type { Step, Task } from "../../connectors/clouds/service.ts";
import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { describeError } from "../../platform/http/log.ts";
import { openAccount } from "./accounts.ts";
import type { ExtractionRun } from "./extraction-run.ts";
import { filtersOfService } from "./filters.ts";
import { readNarrowing } from "./narrowing.ts";
import { findService, regionsOf } from "./selection.ts";
import type { ShardRow } from "./shard.store.ts";
import type { Turn } from "./turn.ts";

/** Clouds opened in this isolate, with their tokens, by job. */
const opened = new WeakMap<ExtractionRun, Map<string, Promise<OpenCloud>>>();

/** Takes at most so many tasks of a shard, all at once; a fault is in the turn, and nothing is recorded yet. */
export async function takeTurn(ctx: Context, job: ExtractionRun, shard: ShardRow, most: number): Promise<Turn> {
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
  const known = clouds.get(key);
  if (known) return known;
  const cloud = Promise.resolve(opened_as).then((reference) => {
    if (!reference) throw new Error("A shard without account");
    return openAccount(ctx, reference);
  });
  clouds.set(key, cloud);
  // What could not be opened now may open at the next turn.
  cloud.catch(() => clouds.delete(key));
  return cloud;
}
